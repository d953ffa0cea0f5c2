import Spec
import Testing
import Values

struct FieldPathTests {
    @Test(arguments: [
        ("url", ["url"]), ("retryConfig.maxRetries", ["retryConfig", "maxRetries"]), ("headers.X-A", ["headers", "X-A"]),
        ("headers.X.A.b", ["headers", "X.A.b"]), ("desired.spec.headers.X.A", ["desired", "spec", "headers", "X.A"]),
        ("headers", ["headers"]),
        ("a.", ["a", ""]),
    ])
    func `a path is split at its full stops, but for names of headers`(path: String, keys: [String]) {
        #expect(FieldPath.keys(path) == keys)
    }

    @Test func `a header whose name has a full stop is one member`() {
        let json = (["headers": ["X.A": "v"]] as JSON).setting("headers.X.A", to: true)
        #expect(json == ["headers": ["X.A": true]])
        #expect(json.hasMember("headers.X.A") && !json.hasMember("headers.X"))
    }
}
