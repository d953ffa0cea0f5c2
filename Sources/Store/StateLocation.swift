/// Where a state is: a file, or a PostgreSQL database.
package enum StateLocation: Sendable, CustomStringConvertible {
    case file(path: String)
    case database(DatabaseAddress)

    /// A connection URI, `postgres://…` or `postgresql://…`, names a database; everything else is the path of a file, but for what can only
    /// be meant as an address: that would make a file of this name, and be shown with its password.
    package init(_ text: String) throws(StoreError) {
        if DatabaseAddress.isAddress(text) {
            self = .database(try DatabaseAddress(text))
        } else if Self.isOtherAddress(text) {
            throw StoreError(
                code: .inaccessible,
                message: """
                    the state is given by what is no path and no address that is known here: write postgres://USER@HOST/DATABASE, in lower \
                    case, or the path of a file without a scheme
                    """)
        } else {
            self = .file(path: text)
        }
    }

    /// A URL of another scheme, also after blanks, or the keywords of a connection string (`host=… password=…`).
    private static func isOtherAddress(_ text: String) -> Bool {
        let bytes = text.utf8
        if let slash = bytes.firstIndex(of: UInt8(ascii: "/")), bytes[..<slash].last == UInt8(ascii: ":"),
            bytes[slash...].starts(with: "//".utf8)
        {
            return true
        }
        let words = bytes.drop(while: isBlank)
        let word = words.prefix { $0 != UInt8(ascii: "=") && !isBlank($0) }
        let keywords = ["host", "hostaddr", "port", "dbname", "user", "password", "passfile", "service", "sslmode"]
        return keywords.contains { word.elementsEqual($0.utf8) } && words[word.endIndex...].drop(while: isBlank).first == UInt8(ascii: "=")
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || (9...13).contains(byte) }

    /// Fit to be shown: an address comes without its password.
    package var description: String {
        switch self {
        case .file(let path): path
        case .database(let address): address.description
        }
    }
}
