import { describe, it } from "vitest";
import { checkWebhookUrl } from "../../../worker/platform/public-url.ts";

const reasonOf = (text: string, allowPrivate = false) => {
  const checked = checkWebhookUrl(text, allowPrivate);
  return checked.ok ? "ok" : checked.error.reason;
};

describe("the address of a webhook", () => {
  it.for([
    "https://shop.example.com/webhooks/kefu",
    "https://shop.example.com",
    "https://shop.example.com:443/x?key=1",
    "https://SHOP.example.com/a/%E4%BD%A0",
    "https://xn--fiq228c.example/",
    "https://internal.example.com/",
    "https://localhost.example.com/",
    "https://10.0.0.1.example.com/",
    "https://shop.example.com/a@b",
  ])("may be public https: %s", (text, { expect }) => {
    expect(reasonOf(text)).toBe("ok");
  });

  it.for([
    // Loopback, private, link-local, metadata, CGNAT, this network, broadcast, multicast.
    "https://127.0.0.1/",
    "https://127.1/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://100.100.100.200/latest/meta-data/",
    "https://0.0.0.0/",
    "https://0/",
    "https://255.255.255.255/",
    "https://224.0.0.1/",
    // Odd notations of 127.0.0.1, and of a public address.
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://%31%32%37.0.0.1/",
    "https://8.8.8.8/",
    "https://134744072/",
    // IPv6: loopback, unspecified, ULA, link-local, IPv4-mapped, IPv4-compatible, NAT64, 6to4, public.
    "https://[::1]/",
    "https://[::]/",
    "https://[fc00::1]/",
    "https://[fd12:3456:789a::1]/",
    "https://[fe80::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2606:4700::1111]/",
  ])("may not be a bare IP address in any notation: %s", (text, { expect }) => {
    expect(reasonOf(text)).toBe("bare_ip");
  });

  it.for([
    "https://localhost/",
    "https://localhost./",
    "https://LOCALHOST/",
    "https://app.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://metadata.google.internal./",
    "https://db.internal/",
    "https://intranet/",
    "https://router.lan/",
    "https://nas.home.arpa/",
    "https://metadata.tencentyun.com/latest/",
    "https://metadata/",
  ])("may not name this machine or a private network: %s", (text, { expect }) => {
    expect(reasonOf(text)).toBe("private_name");
  });

  it("must be https, without credentials and without a port", ({ expect }) => {
    expect(reasonOf("http://shop.example.com/")).toBe("not_https");
    expect(reasonOf("https://user@shop.example.com/")).toBe("credentials");
    expect(reasonOf("https://user:pass@shop.example.com/")).toBe("credentials");
    expect(reasonOf("https://@shop.example.com/")).toBe("credentials");
    expect(reasonOf("https://shop.example.com@127.0.0.1/")).toBe("credentials");
    expect(reasonOf("https://shop.example.com:8443/")).toBe("port");
    expect(reasonOf("https://shop.example.com:80/")).toBe("port");
  });

  it.for([
    "",
    "shop.example.com",
    "//shop.example.com/",
    "ftp://shop.example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/plain,x",
    "https:shop.example.com",
    "https:/shop.example.com",
    "https:///shop.example.com",
    "https:\\\\127.0.0.1\\",
    "https://shop.example.com\\@127.0.0.1/",
    " https://shop.example.com/",
    "https://shop.example.com/\n",
    "https://loc\talhost/",
    "https://shop.example.com/#part",
    "https://１２７.0.0.1/",
    "https://①②⑦.0.0.1/",
    "https://127。0。0。1/",
    "https://[::1/",
    "https://256.256.256.256/",
    "https://[fe80::1%25eth0]/",
    `https://shop.example.com/${"a".repeat(2_048)}`,
  ])("must be written plainly: %j", (text, { expect }) => {
    expect(reasonOf(text)).toBe("malformed");
  });

  it("may be http, private and on any port when the variable allows it, still without credentials", ({ expect }) => {
    for (const text of ["http://127.0.0.1:9000/hook", "http://localhost:3000", "https://[::1]/", "https://nas.lan/"]) {
      expect(reasonOf(text, true)).toBe("ok");
    }
    expect(reasonOf("http://user@127.0.0.1:9000/", true)).toBe("credentials");
    expect(reasonOf("ftp://127.0.0.1/", true)).toBe("malformed");
  });

  it("is refused with the fix, never with the address itself", ({ expect }) => {
    const checked = checkWebhookUrl("https://10.0.0.1/key-123", false);
    if (checked.ok) throw new Error("taken");
    expect(checked.error.cure).not.toBe("");
    expect(JSON.stringify(checked.error)).not.toContain("10.0.0.1");
  });
});
