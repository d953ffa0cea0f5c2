import Values

/// How secrets are named and referred to.
package enum SecretRules {
    package static let environmentPattern = "^[A-Za-z_][A-Za-z0-9_]*$"
    /// Bytes of a secret's value.
    package static let valueLimit = 65_536

    /// Whether a field, header or parameter of this name holds a credential, whatever its spelling.
    package static func looksSecret(_ name: String) -> Bool {
        var plain: [UInt8] = []
        plain.reserveCapacity(name.utf8.count)
        for byte in name.utf8 where byte.isASCIIAlphanumeric { plain.append(byte.isASCIIDigit ? byte : byte | 0x20) }
        // `tokenUrl` and `tokenParams` speak of tokens and are none.
        guard !harmlessEndings.contains(where: { plain.count > $0.count && plain.suffix($0.count).elementsEqual($0) }) else { return false }
        for start in plain.indices where isInitial(plain[start]) {
            if marks.contains(where: { occurs($0, in: plain, at: start) }) { return true }
        }
        return false
    }

    /// Whether any of `marks` begins with the letter.
    private static func isInitial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a"), UInt8(ascii: "c"), UInt8(ascii: "p"), UInt8(ascii: "s"), UInt8(ascii: "t"): true
        default: false
        }
    }

    private static let marks: [[UInt8]] = [
        "authorization", "secret", "token", "password", "passwd", "passphrase", "cookie", "credential", "apikey", "accesskey", "privatekey",
        "signature",
    ].map { Array($0.utf8) }

    private static let harmlessEndings: [[UInt8]] = ["url", "uri", "params", "method"].map { Array($0.utf8) }

    private static func occurs(_ mark: [UInt8], in text: [UInt8], at start: Int) -> Bool {
        guard text.count - start >= mark.count else { return false }
        for position in mark.indices where text[start + position] != mark[position] { return false }
        return true
    }

    /// What is wrong with the name of an environment variable; never quotes it, for it may be a secret put in the wrong place.
    package static func environmentNameProblem(_ name: String) -> String? {
        guard let first = name.utf8.first, name.utf8.count <= 200, !first.isASCIIDigit,
            name.utf8.allSatisfy({ $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "_") })
        else { return "`env` takes the name of an environment variable: letters, digits and `_`" }
        return nil
    }

    /// What is wrong with the path of a secret's file.
    package static func filePathProblem(_ path: String) -> String? {
        guard !path.isEmpty, path.utf8.count <= 4096, path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return "`file` takes the path of a file that holds the secret"
        }
        return nil
    }

    /// The variable that would sensibly hold a secret: `SALESFORCE_CLIENT_SECRET` for `config.clientSecret` of `salesforce`.
    package static func variableName(for address: Address, field: String) -> String {
        let last = FieldPath.keys(field).last ?? field
        var name = ""
        var previousIsLower = false
        for scalar in (address.name + "_").unicodeScalars + last.unicodeScalars {
            let isUpper = scalar.properties.isUppercase
            guard scalar.isASCII, UInt8(ascii: scalar).isASCIIAlphanumeric else {
                if !name.hasSuffix("_") { name += "_" }
                previousIsLower = false
                continue
            }
            if isUpper, previousIsLower { name += "_" }
            name += String(scalar).uppercased()
            previousIsLower = !isUpper
        }
        return name.utf8.first?.isASCIIDigit == true ? "_\(name)" : name
    }
}
