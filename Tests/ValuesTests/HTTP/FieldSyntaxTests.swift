import Testing
import Values

struct FieldSyntaxTests {
    @Test func `tokens are made of the characters that RFC 9110 lists, and of no others`() {
        let listed = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        for byte in UInt8.min...UInt8.max { #expect(byte.isHTTPToken == listed.contains(byte), "\(byte)") }
    }

    @Test(arguments: [
        ("application/json", true), ("Application/JSON", true), ("application/json; charset=utf-8", true), (" application/json\t;x", true),
        ("application/problem+json", true), ("application/vnd.api+JSON;v=1", true), ("application/ json", false), ("text/json", false),
        ("application/jsonx", false), ("application/+xml", false), ("", false), ("application/x y+json", false), ("text/plain", false),
    ])
    func `JSON is told by its media type`(contentType: String, isJSON: Bool) {
        #expect(MediaType.isJSON(contentType) == isJSON)
    }

    @Test(arguments: [
        ("Bearer abc", "abc"), ("bearer abc", "abc"), ("BEARER   abc \t", "abc"), ("Bearer", nil), ("Bearer ", nil), ("Bearer  \t", nil),
        ("Basic abc", nil), ("Bearerabc", nil), ("", nil), ("Bearer a b", "a b"),
    ])
    func `a bearer's credential is what stands behind the scheme`(field: String, credential: String?) {
        #expect(AuthorizationField.bearer(field).map(String.init) == credential)
    }

    @Test(arguments: [("", ""), (" \t", ""), (" a b\t", "a b"), ("é ", "é"), (" \u{301}x", "\u{301}x")])
    func `white space is taken off both ends`(text: String, trimmed: String) {
        #expect(Array(text.trimmingHTTPSpace.utf8) == Array(trimmed.utf8))
    }
}
