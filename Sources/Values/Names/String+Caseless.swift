extension String {
    /// Whether both are the same but for the case of ASCII letters.
    ///
    /// `lowercased()` is not it: it makes a `k` of U+212A too.
    package func isCaselesslyEqual(to other: String) -> Bool {
        utf8.count == other.utf8.count && hasCaselessPrefix(other)
    }

    /// Whether this begins with the other but for the case of ASCII letters.
    package func hasCaselessPrefix(_ prefix: String) -> Bool {
        var bytes = utf8.makeIterator()
        for wanted in prefix.utf8 {
            guard let byte = bytes.next() else { return false }
            guard byte.lowercasedASCII == wanted.lowercasedASCII else { return false }
        }
        return true
    }
}
