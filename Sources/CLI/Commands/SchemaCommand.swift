package import ArgumentParser
import Spec
import Values

/// `reconcile schema`: the manifest's JSON Schema.
package struct SchemaCommand: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of the manifest, for editors.",
        discussion: """
            Save it beside the manifests and begin each with
            # yaml-language-server: $schema=./manifest.schema.json
            """)

    package init() {}

    package func run(in world: World) async throws {
        world.output.line(ManifestSchema.json.prettyText)
    }
}
