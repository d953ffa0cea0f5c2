/// One event of libyaml's parser, copied out of the library.
package struct Event: Sendable, Hashable {
    package enum Kind: UInt8, Sendable {
        case streamStart, streamEnd, documentStart, documentEnd, scalar, alias, sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }

    package var kind: Kind
    package var start: Mark
    package var end: Mark
    /// The content of a scalar, or the name that an alias refers to.
    package var value: String
    package var anchor: String?
    package var tag: String?
    package var style: Style
    /// Whether a document starts or ends without its marker.
    package var isImplicit: Bool
}

/// How a node is written.
package enum Style: UInt8, Sendable {
    case plain, singleQuoted, doubleQuoted, literal, folded, block, flow
}

extension Event {
    /// The line that the YAML test suite writes for this event, such as `=VAL &a <tag:yaml.org,2002:str> :text`.
    package var notation: String {
        let properties = (anchor.map { " &\($0)" } ?? "") + (tag.map { " <\($0)>" } ?? "")
        switch kind {
        case .streamStart: return "+STR"
        case .streamEnd: return "-STR"
        case .documentStart: return isImplicit ? "+DOC" : "+DOC ---"
        case .documentEnd: return isImplicit ? "-DOC" : "-DOC ..."
        case .sequenceStart: return "+SEQ" + (style == .flow ? " []" : "") + properties
        case .sequenceEnd: return "-SEQ"
        case .mappingStart: return "+MAP" + (style == .flow ? " {}" : "") + properties
        case .mappingEnd: return "-MAP"
        case .alias: return "=ALI *\(value)"
        case .scalar: return "=VAL" + properties + " " + style.indicator + Self.escaped(value)
        }
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{8}": text += "\\b"
            case "\0": text += "\\0"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Style {
    fileprivate var indicator: String {
        switch self {
        case .singleQuoted: "'"
        case .doubleQuoted: "\""
        case .literal: "|"
        case .folded: ">"
        case .plain, .block, .flow: ":"
        }
    }
}
