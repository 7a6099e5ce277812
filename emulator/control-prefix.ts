/** Where the control interface begins; everything else is api.weixin.qq.com's, or the phone page. */
export const CONTROL_PREFIX = "/_emulator/";
