/// Why a text is not the JSON that was asked for.
package struct JSONSyntaxError: Error, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        case unexpectedEnd
        case unexpectedByte
        case invalidUTF8
        case invalidEscape
        case loneSurrogate
        case controlCharacter
        case invalidNumber
        case tooDeep
        case trailingText
        /// An object names a member twice; readers disagree about which one counts.
        case duplicateKey(String)
        /// A whole number beyond 2^53 that a JavaScript receiver would read as another number; the path leads to it.
        case unsafeInteger(path: String)
    }

    package let reason: Reason
    /// Bytes before the place.
    package let offset: Int

    package var description: String {
        switch reason {
        case .unexpectedEnd: "the JSON ends too early"
        case .unexpectedByte: "unexpected character at byte \(offset)"
        case .invalidUTF8: "invalid UTF-8 at byte \(offset)"
        case .invalidEscape: "invalid escape sequence at byte \(offset)"
        case .loneSurrogate: "half of a surrogate pair at byte \(offset)"
        case .controlCharacter: "control character in a string at byte \(offset): write it as an escape"
        case .invalidNumber: "invalid number at byte \(offset)"
        case .tooDeep: "nested deeper than \(JSON.maximumDepth) levels"
        case .trailingText: "text after the end of the JSON, at byte \(offset)"
        case .duplicateKey(let key): "the member `\(key)` stands twice in one object, at byte \(offset)"
        case .unsafeInteger(let path):
            "the integer at `\(path)` is beyond 2^53, and JavaScript would change its digits: send it as a string"
        }
    }
}
