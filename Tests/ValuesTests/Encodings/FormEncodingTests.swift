import Testing
import Values

struct FormEncodingTests {
    private static let text = "aZ09-._~ *+&=%/é\n"

    @Test func `a form has a plus sign for a space, a query and a path segment do not`() {
        #expect(FormEncoding.encode(Self.text) == "aZ09-._~+%2A%2B%26%3D%25%2F%C3%A9%0A")
        #expect(PercentEncoding.encode(Self.text) == "aZ09-._~%20%2A%2B%26%3D%25%2F%C3%A9%0A")
        #expect(PercentEncoding.segment("../a b") == "%2E%2E%2Fa%20b")
    }

    @Test func `what is encoded is read back, in a form by one decoder for both`() {
        #expect(FormEncoding.decode(FormEncoding.encode(Self.text)) == Self.text)
        #expect(FormEncoding.decode(PercentEncoding.encode(Self.text)) == Self.text)
        #expect(PercentEncoding.decode(PercentEncoding.segment(Self.text)) == Self.text)
        #expect(PercentEncoding.decode("a+b") == "a+b")
        #expect(FormEncoding.decode("a+b") == "a b")
    }

    @Test(arguments: ["%", "%2", "a%2g", "%+1", "%ff", "%C3", "%u0041"])
    func `what does not decode is nil`(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
        #expect(FormEncoding.decode(text) == nil)
    }

    @Test func `fields are written in their order and read as browsers write them`() {
        let fields = [(name: "a b", value: "c&d"), (name: "é", value: ""), (name: "a b", value: "=")]
        #expect(FormEncoding.text(fields) == "a+b=c%26d&%C3%A9=&a+b=%3D")
        #expect(PercentEncoding.query(fields) == "a%20b=c%26d&%C3%A9=&a%20b=%3D")
        for text in [FormEncoding.text(fields), PercentEncoding.query(fields)] {
            #expect(FormEncoding.fields(of: text).elementsEqual(fields, by: ==))
        }
        let read = FormEncoding.fields(of: "&a&&b==c&%=1+%2&")
        #expect(read.elementsEqual([("a", ""), ("b", "=c"), ("%", "1 %2")], by: ==))
        #expect(FormEncoding.fields(of: "").isEmpty)
    }
}
