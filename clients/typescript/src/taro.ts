/** The platform of a Taro app: `taroPlatform(Taro)`, which is no global name but an import of the app's. */

import { miniProgram, type MiniProgramApi } from "./mini-program.js";
import type { Platform } from "./platform.js";

export const taroPlatform = (Taro: MiniProgramApi): Platform => miniProgram(Taro);
