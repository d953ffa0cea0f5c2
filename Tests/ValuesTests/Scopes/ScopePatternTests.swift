import Testing
import Values

struct ScopePatternTests {
    @Test(arguments: [
        ("posts:read", "posts:read", true), ("posts:read", "posts:write", false), ("posts:*", "posts:read", true),
        ("posts:*", "posts:drafts:read", true), ("posts:*", "posts:", false), ("posts:*", "posts", false),
        ("posts:*", "postsx:read", false), ("posts:*", "posts:*", true), ("posts:drafts:*", "posts:*", false),
        ("posts:*", "posts:drafts:*", true), ("*", "anything", true), ("posts*", "posts:read", false), (":*", ":x", false),
        ("posts:read", "posts:*", false),
    ])
    func `a pattern covers`(pattern: String, scope: String, covers: Bool) {
        #expect(ScopePattern.covers(pattern, scope) == covers)
    }

    @Test func `expansion keeps declared scopes that every list covers`() {
        let declared = ["analytics:read", "posts:read", "posts:write"]
        #expect(ScopePattern.expand(declared, within: [["posts:*"], ["posts:read", "analytics:read"]]) == ["posts:read"])
        #expect(ScopePattern.expand(declared, within: [["*"]]) == declared)
        #expect(ScopePattern.expand(declared, within: [["*"], []]) == [])
    }

    @Test(arguments: [("posts:*", "posts:"), ("a:b:*", "a:b:"), ("*", nil), (":*", nil), ("posts", nil), ("posts*", nil), ("", nil)])
    func `a wildcard has a stem`(pattern: String, stem: String?) {
        #expect(ScopePattern.stem(of: pattern).map { String(Substring($0)) } == stem)
    }
}
