import Testing
import Values

struct LookAlikeMembersTests {
    @Test(arguments: [0, 40])
    func `members that look alike are kept, in order and byte for byte`(others: Int) throws {
        // More than sixteen members are found by their hashes.
        let more = (0..<others).map { #","m\#($0)":0"# }.joined()
        let text = "{\"caf\u{e9}\":1,\"cafe\u{301}\":2,\"K\":3,\"\u{212a}\":4,\"a;b\":5,\"a\u{37e}b\":6\(more)}"
        let json = try JSON(parsing: text)
        #expect(json.text.utf8.elementsEqual(text.utf8))
        #expect(json.object?.count == 6 + others)
        #expect(json["caf\u{e9}"] == 1)
        #expect(json["cafe\u{301}"] == 2)
        #expect(json["\u{212a}"] == 4)
        #expect(try JSON(parsing: Array(text.utf8), refusesDuplicateKeys: true) == json)
        var object = try #require(json.object)
        object["K"] = nil
        #expect(object["\u{212a}"] == 4)
        #expect(object["K"] == nil)
        object["cafe\u{301}"] = 7
        #expect(object["caf\u{e9}"] == 1)
        #expect(JSON.object(object) != json)
    }

    @Test func `the canonical text puts look-alike members in one order`() throws {
        let (a, b) = (try JSON(parsing: "{\"K\":1,\"\u{212a}\":2}"), try JSON(parsing: "{\"\u{212a}\":2,\"K\":1}"))
        #expect(a == b)
        #expect(a.hashValue == b.hashValue)
        #expect(a.canonicalText.utf8.elementsEqual(b.canonicalText.utf8))
        #expect(a.canonicalText.utf8.elementsEqual("{\"K\":1,\"\u{212a}\":2}".utf8))
    }

    @Test func `values that look alike are two values`() {
        #expect(JSON.array(["K"]) != JSON.array(["\u{212a}"]))
        #expect(Set<JSON>(["K", "\u{212a}", "K"]).count == 2)
    }
}
