internal import HTTPTypes
import OpenSSL
import Values

/// What a browser sees at the end of a flow: a page without scripts, links or anything from elsewhere.
enum CallbackPage {
    /// RFC 9700 § 4.2.4: the address in the browser carries a code, so no referrer, no cache, no foreign content.
    static let headers: HTTPFields = [
        .cacheControl: "no-store",
        .literal("Referrer-Policy"): "no-referrer",
        .contentSecurityPolicy:
            "default-src 'none'; style-src 'sha256-\(styleDigest)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        .literal("X-Frame-Options"): "DENY",
        .xContentTypeOptions: "nosniff",
    ]

    /// Exactly the text between the tags: the policy lets in no other style.
    private static let style = """

        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto; padding: 0 1rem; color-scheme: light dark }
        h1 { font-size: 1.4rem }

        """

    private static let styleDigest = Base64.encode(SHA256.hash(Array(style.utf8)))

    static func page(title: String, message: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escaped(title))</title>
        <style>\(style)</style>
        </head>
        <body>
        <h1>\(escaped(title))</h1>
        <p>\(escaped(message))</p>
        </body>
        </html>

        """
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
