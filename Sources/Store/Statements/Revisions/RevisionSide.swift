package import Spec
package import Values

/// One side of a recorded change: what is needed to show it, to find drift and to return to it.
package struct RevisionSide: Sendable, Equatable {
    package var owner: String
    package var preventDestroy: Bool
    /// Canonical JSON, as the resource's row has it.
    package var specText: String
    package var source: SourceLocation?

    package init(owner: String, preventDestroy: Bool, specText: String, source: SourceLocation?) {
        self.owner = owner
        self.preventDestroy = preventDestroy
        self.specText = specText
        self.source = source
    }

    /// JSON with members `owner`, `preventDestroy`, `spec` and, where known, `source`; the spec's text is taken as it is.
    package var text: String {
        var text = #"{"owner":\#(JSON.string(owner).text),"preventDestroy":\#(preventDestroy),"spec":\#(specText)"#
        if let source {
            text += #","source":{"file":\#(JSON.string(source.file).text),"line":\#(source.line),"column":\#(source.column)}"#
        }
        return text + "}"
    }

    package init?(text: String) {
        guard let json = try? JSON(parsing: text), let owner = json["owner"]?.string, let spec = json["spec"] else { return nil }
        self.owner = owner
        preventDestroy = json["preventDestroy"]?.bool ?? false
        specText = spec.canonicalText
        if let file = json["source"]?["file"]?.string, let line = json["source"]?["line"]?.integer {
            source = SourceLocation(file: file, line: line, column: json["source"]?["column"]?.integer ?? 1)
        }
    }

    /// The spec as a value; an empty object for a text that no version of this program wrote.
    package var spec: JSON { (try? JSON(parsing: specText)) ?? [:] }
}
