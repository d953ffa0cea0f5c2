import Spec
import TestSupport
import Testing
import Values

/// Everything that users see of thousands of manifests of webhooks, held to what it was.
struct WebhookManifestOutcomeTests {
    @Test func `thousands of manifests of webhooks come to what they came to before`() throws {
        try OutcomeDigests("webhook-manifests").check(all: 20, usual: 3) { number in
            let text = WebhookManifests.manifest(number)
            let reading = ManifestReader().read([ManifestFile(name: "m.yaml", text: Array(text.utf8))])
            var outcome = text + "\n" + reading.diagnostics.map(\.text).joined(separator: "\n")
            guard let manifest = reading.manifest else { return outcome }
            for resource in manifest.resources {
                let spec = resource.spec
                let canonical = spec.canonicalText
                let isReadBack = ResourceSpec(kind: resource.address.kind, json: try JSON(parsing: canonical)) == spec
                outcome += """

                    \(resource.address) \(resource.preventDestroy) \(resource.source)
                    \(canonical)
                    \(spec.json.text)
                    \(isReadBack) \(spec.secrets)
                    """
            }
            outcome += "\n" + ManifestWriter.yaml(for: manifest.resources)
            outcome += SecretResolver(environment: ["HOOK_AUTH": "a\nb", "TOKEN": "t"], readFile: { _ in nil })
                .resolve(manifest.resources, places: reading.places).diagnostics.map(\.text).joined(separator: "\n")
            return outcome
        }
    }

    @Test func `half of the made-up manifests are right`() {
        for number in stride(from: 0, to: 400, by: 2) {
            let text = WebhookManifests.manifest(number)
            #expect(ManifestReader().read([ManifestFile(name: "m.yaml", text: Array(text.utf8))]).diagnostics.map(\.text) == [], "\(text)")
        }
    }
}
