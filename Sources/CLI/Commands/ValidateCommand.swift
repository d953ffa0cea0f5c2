package import ArgumentParser
import Spec
import Values

/// `reconcile validate`: every error of every manifest, without a state and without secrets.
package struct ValidateCommand: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check manifests; touches no state and needs no secret.",
        discussion: "Exit codes: 0 all are valid, 3 some are not, 6 a path has no manifest.")

    @OptionGroup package var manifests: ManifestOptions

    @Option(help: "How to write the result: text, or json in the shape of `terraform validate -json`.")
    package var format: DataFormat = .text

    package init() {}

    package func validate() throws {
        if manifests.paths.isEmpty { throw ValidationError("name at least one manifest, folder or -") }
    }

    package func run(in world: World) async throws {
        let reading = try manifests.read(in: world, format: format.output)
        switch format {
        case .json: world.output.line(Diagnostic.json(reading.diagnostics).prettyText)
        case .text:
            let (resources, files) = (reading.manifest?.resources.count ?? 0, reading.files.count)
            world.output.line(
                "Valid: \(resources) \(resources == 1 ? "resource" : "resources") in \(files) \(files == 1 ? "file" : "files").")
        }
    }
}
