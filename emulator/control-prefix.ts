/** The path prefix of the control interface; other paths belong to api.weixin.qq.com or the phone page. */
export const CONTROL_PREFIX = "/_emulator/";
