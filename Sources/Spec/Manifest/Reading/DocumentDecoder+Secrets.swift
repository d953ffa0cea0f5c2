import Values
import YAML

extension DocumentDecoder {
    /// A reference to a secret; anything else may be the secret itself, and is hidden from every shown line.
    ///
    /// - Parameter path: of the field in the resource that is being read.
    mutating func secretSource(_ node: Node, _ field: String, path: String) -> SecretSource? {
        var remedy: String {
            "write `\(field): { env: \(SecretRules.variableName(for: resourceAddress, field: path)) }` or `{ file: PATH }`"
        }
        guard node.kind == .mapping else {
            if node.kind == .scalar, node.scalar == .null {
                // A secret that begins with `#` or `&` is read as a comment or an anchor.
                secrets.append(Span(start: node.start, end: Mark(line: node.start.line, column: .max, index: .max)))
                report(node, "`\(field)` has no value", remedy)
            } else {
                hide(node)
                report(node, "`\(field)` is written in clear", remedy)
            }
            return nil
        }
        var source: SecretSource?
        var count = 0
        for (key, value) in node.members {
            count += 1
            if key.equals("env") {
                source = reference(value, "env", SecretRules.environmentNameProblem).map(SecretSource.environment) ?? source
            } else if key.equals("file") {
                source = reference(value, "file", SecretRules.filePathProblem).map(SecretSource.file) ?? source
            } else if !isMergeKey(key) {
                hide(value)
                if let nearest = Nearest.match(for: key.text, among: ["env", "file"]) {
                    report(key, "a reference to a secret has no field \(quoted(key.text))", "did you mean `\(nearest)`?")
                } else {
                    // `{ hunter2 }` is a mapping whose key is the secret.
                    hide(key)
                    report(key, "a reference to a secret has the field `env` or `file` and no other", remedy)
                }
            }
        }
        guard count == 1 else {
            report(node, count == 0 ? "`\(field)` refers to nothing" : "`\(field)` refers to more than one place", remedy)
            return nil
        }
        if source != nil {
            secretPlaces.append(SecretPlace(address: resourceAddress, field: path, file: fileIndex, span: Span(node)))
        }
        return source
    }

    private mutating func reference(_ node: Node, _ field: String, _ problem: (String) -> String?) -> String? {
        guard node.kind == .scalar, node.scalar == .string else {
            hide(node)
            report(node, "`\(field)` must be text, not \(node.described)")
            return nil
        }
        guard let problem = problem(node.text) else { return node.text }
        hide(node)
        report(node, problem)
        return nil
    }

    /// Text, or a reference to a secret.
    mutating func textOrSecret(
        _ node: Node, _ field: String, path: String, _ problem: (String) -> String?
    ) -> TextOrSecret? {
        if node.kind == .mapping { return secretSource(node, field, path: path).map(TextOrSecret.secret) }
        return text(node, field, problem).map(TextOrSecret.text)
    }
}

/// Where a manifest refers to a secret.
package struct SecretPlace: Sendable, Hashable {
    package var address: Address
    /// As `ResourceSpec.secrets` names it.
    package var field: String
    /// Position among the files of the run.
    package var file: Int
    package var span: Span
}
