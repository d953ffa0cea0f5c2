/// What stands between scopes in an authorization request; the raw value is the manifest's `scopeSeparator`.
package enum ScopeSeparator: String, Sendable, CaseIterable {
    /// RFC 6749 § 3.3.
    case space = " "
    case comma = ","
    /// A plus sign that reaches the server unescaped.
    case plus = "+"
    /// No `scope` parameter is sent: the provider fixes scopes on the app.
    case none = ""

    /// The scopes of a token response. Providers answer with commas where they ask for spaces and the reverse, so both split.
    package static func scopes(inResponse text: String) -> [String] {
        text.split { $0 == " " || $0 == "," || $0 == "+" }.map(String.init)
    }
}
