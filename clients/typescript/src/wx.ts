/** The platform of a WeChat mini program. */

import { miniProgram, type MiniProgramApi } from "./mini-program.js";
import type { Platform } from "./platform.js";

declare const wx: MiniProgramApi;

export const wxPlatform = (): Platform => miniProgram(wx);
