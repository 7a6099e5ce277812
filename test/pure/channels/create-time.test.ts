/** The creation time of a push that could not be parsed. */
import { describe, it } from "vitest";
import { findCreateTime } from "../../../worker/channels/wechat/push/create-time.ts";

describe("CreateTime of an unreadable push", () => {
  it.for([
    '{"CreateTime":1760000000,',
    '{"CreateTime" : "1760000000"}',
    "<xml><CreateTime>1760000000</CreateTime>",
    "<xml><CreateTime><![CDATA[1760000000]]></CreateTime>",
    "<CreateTime>1760000000</CreateTime><CreateTime>1760000000</CreateTime>",
  ])("is found: %s", (text, { expect }) => {
    expect(findCreateTime(text)).toBe(1_760_000_000_000);
  });

  it.for([
    "",
    "{}",
    '{"CreateTime":""}',
    '{"CreateTime":123456789012}',
    '{"xCreateTime":1760000000}',
    '{"CreateTime":1760000000,"Content":"\\"CreateTime\\":1760000001"}',
    "<CreateTime>1760000000</CreateTime><Content><CreateTime>1</CreateTime></Content>",
  ])("is unknown: %s", (text, { expect }) => {
    expect(findCreateTime(text)).toBe(0);
  });

  it.for(['"CreateTime":', '"CreateTime":"', "<CreateTime>", "<CreateTime><![CDATA["])(
    "is searched for in linear time: %s and spaces",
    (start, { expect }) => {
      const started = performance.now();
      expect(findCreateTime(start + " ".repeat(60_000))).toBe(0);
      expect(findCreateTime(`${start + " ".repeat(60_000)}1760000000`)).toBe(1_760_000_000_000);
      expect(performance.now() - started).toBeLessThan(500);
    },
  );
});
