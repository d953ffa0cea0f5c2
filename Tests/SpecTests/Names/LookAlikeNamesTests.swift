import Spec
import Testing
import Values

struct LookAlikeNamesTests {
    @Test(arguments: [
        ("K8s", "\u{212a}8s"), ("caf\u{e9}", "cafe\u{301}"), ("\u{c5}", "\u{212b}"), ("a;b", "a\u{37e}b"), ("`", "\u{1fef}"),
    ])
    func `names that look alike are two addresses and two domains`(a: String, b: String) {
        #expect(a == b)
        #expect(Address(workspace: a, kind: .webhook, name: "w") != Address(workspace: b, kind: .webhook, name: "w"))
        #expect(Set([Manifest.Domain(workspace: a, owner: ""), Manifest.Domain(workspace: b, owner: "")]).count == 2)
        #expect([Manifest.Domain(workspace: a, owner: ""), Manifest.Domain(workspace: b, owner: "")].workspaces.count == 2)
    }

    @Test func `a schema's unique items look alike and are two`() {
        let schema: JSON = ["type": "array", "uniqueItems": true]
        #expect(EventSchema.violations(of: ["K", "\u{212a}"], by: schema).isEmpty)
        #expect(!EventSchema.violations(of: ["K", "K"], by: schema).isEmpty)
    }
}
