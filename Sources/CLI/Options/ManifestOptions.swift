package import ArgumentParser
import Spec
import Values

/// The manifests of a run.
package struct ManifestOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Files, folders (every *.yaml and *.yml below) or - for standard input.", valueName: "path"))
    package var paths: [String]

    package init() {}

    /// Reads them all; prints what is wrong and ends with 3, or with 6 where a path has no manifest at all.
    func read(in world: World, format: OutputFormat) throws(CommandError) -> ManifestReading {
        try Self.read(paths, in: world, format: format)
    }

    static func read(_ paths: [String], in world: World, format: OutputFormat) throws(CommandError) -> ManifestReading {
        let input = paths.contains("-") ? try world.readInput(ManifestReader.longestFile) : nil
        let reading = ManifestReader().read(paths, standardInput: input)
        guard reading.missing.isEmpty else {
            if format == .json {
                let missing = reading.missing.map { Diagnostic($0.description, at: nil) }
                _ = invalid(missing + reading.diagnostics, in: world, format: format)
                throw CommandError(.refused, nil)
            }
            throw CommandError(.refused, reading.missing.map(\.description).joined(separator: "\nerror: "))
        }
        guard reading.manifest != nil else { throw invalid(reading.diagnostics, in: world, format: format) }
        return reading
    }

    /// Shows diagnostics in the format asked for; with JSON they are the result and go to standard output.
    static func invalid(_ diagnostics: [Diagnostic], in world: World, format: OutputFormat) -> CommandError {
        switch format {
        case .json: world.output.line(Diagnostic.json(diagnostics).prettyText)
        case .text, .markdown: world.errors.write(Diagnostic.text(diagnostics))
        }
        return CommandError(.invalidManifests, nil)
    }

    /// Values of all secrets that the resources refer to; one that cannot be had ends with 3 at its place.
    static func secrets(
        of resources: [Resource], places: SecretPlaces, in world: World, format: OutputFormat
    ) throws(CommandError) -> [Address: [String: Secret]] {
        let resolution = SecretResolver(environment: world.environment).resolve(resources, places: places)
        guard resolution.diagnostics.isEmpty else { throw invalid(resolution.diagnostics, in: world, format: format) }
        return resolution.values
    }
}
