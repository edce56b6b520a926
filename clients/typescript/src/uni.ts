/** The platform of a uni-app. */

import { miniProgram, type MiniProgramApi } from "./mini-program.js";
import type { Platform } from "./platform.js";

declare const uni: MiniProgramApi;

export const uniPlatform = (): Platform => miniProgram(uni);
