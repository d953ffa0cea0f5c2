import Values
import YAML

extension Finding {
    /// Nil for anything but a plan that `plan --out` saved, which is JSON and so YAML too, and would be wrong in every line.
    init?(ifSavedPlan text: [UInt8]) {
        guard text.first == UInt8(ascii: "{"), let object = try? JSON(parsing: text).object,
            object["format_version"] != nil, object["reconcile"] != nil, object["file_digest"] != nil
        else { return nil }
        self.init(
            span: Span(start: .start, end: .start), summary: "this is a saved plan, not a manifest",
            detail: "do it with `reconcile apply FILE`, or name the manifests that it was made of")
    }
}
