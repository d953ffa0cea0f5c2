import Testing
import Values

struct JSONMembersTests {
    @Test func `a member is set and removed along its keys, and objects on the way are made`() {
        let json: JSON = ["a": ["b": 1], "c": 2]
        #expect(json.setting(["a", "b"], to: 3) == ["a": ["b": 3], "c": 2])
        #expect(json.setting(["a", "b"], to: nil) == ["a": [:], "c": 2])
        #expect(json.setting(["d", "e.f"], to: true) == ["a": ["b": 1], "c": 2, "d": ["e.f": true]])
        #expect(json.setting(["c", "x"], to: 1) == ["a": ["b": 1], "c": ["x": 1]])
    }

    @Test func `a member is found along its keys`() {
        let json: JSON = ["a": ["b": nil, "c.d": 1]]
        #expect(json.hasMember(["a"]) && json.hasMember(["a", "b"]) && json.hasMember(["a", "c.d"]))
        #expect(!json.hasMember(["b"]) && !json.hasMember(["a", "c", "d"]) && !json.hasMember(["a", "b", "c"]))
    }
}
