package import Values

/// Where the manifest says a secret comes from; the reference is public, the value is not.
package enum SecretSource: Sendable, Hashable, Comparable {
    /// The variable of that name, in the environment of `plan` or `apply`.
    case environment(String)
    /// The content of that file without one final line break; a relative path counts from the manifest's folder.
    case file(String)
    /// Given over HTTP or generated: the value is in the state alone, and an export cannot name its source.
    case stored

    /// `{"env": NAME}`, `{"file": PATH}` or `{"stored": true}`.
    package var json: JSON {
        switch self {
        case .environment(let name): ["env": .string(name)]
        case .file(let path): ["file": .string(path)]
        case .stored: ["stored": true]
        }
    }

    package init?(json: JSON) {
        if let name = json["env"]?.string {
            self = .environment(name)
        } else if let path = json["file"]?.string {
            self = .file(path)
        } else if json["stored"]?.bool == true {
            self = .stored
        } else {
            return nil
        }
    }
}

/// A value that a manifest may write in clear or refer to, such as a client id or a header.
package enum TextOrSecret: Sendable, Hashable {
    case text(String)
    case secret(SecretSource)

    package var json: JSON {
        switch self {
        case .text(let text): .string(text)
        case .secret(let source): source.json
        }
    }

    package init?(json: JSON) {
        if let text = json.string {
            self = .text(text)
        } else if let source = SecretSource(json: json) {
            self = .secret(source)
        } else {
            return nil
        }
    }
}
