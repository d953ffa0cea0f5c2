/// The media type of a `Content-Type` field (RFC 9110 § 8.3.1).
package enum MediaType {
    package static let json = "application/json"

    /// Whether it is JSON, whatever its parameters: `application/json`, or an application's own with `+json` (RFC 6839 § 3.1).
    package static func isJSON(_ contentType: String) -> Bool {
        let type = String(contentType.prefix { $0 != ";" }.trimmingHTTPSpace)
        if type.isCaselesslyEqual(to: json) { return true }
        return type.hasCaselessPrefix("application/") && String(type.suffix(5)).isCaselesslyEqual(to: "+json")
            && type.utf8.dropFirst("application/".utf8.count).allSatisfy(\.isHTTPToken)
    }
}
