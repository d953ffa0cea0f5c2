package import ArgumentParser
import IntegrationRuntime
import Spec
import Values

/// `reconcile providers`: the built-in catalogue.
package struct ProvidersCommand: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "providers", abstract: "List the built-in catalogue, or show one entry of it.")

    @Argument(help: ArgumentHelp("An entry, such as salesforce.", valueName: "name"))
    package var name: String?

    @Option(help: "How to write it: text or json.")
    package var format: DataFormat = .text

    package init() {}

    package func run(in world: World) async throws {
        guard let name else { return list(in: world) }
        let provider = try Provider.known(name, orExit: .failure)
        switch format {
        case .json: world.output.line(provider.json.prettyText)
        case .text: world.output.write(Self.text(of: provider.json))
        }
    }

    private func list(in world: World) {
        switch format {
        case .json: world.output.line(Listing(items: Provider.all.map(\.json)).json.prettyText)
        case .text:
            world.output.write(
                TextTable(
                    ["NAME", "TYPE", "AUTH", ""],
                    Provider.all.map { [$0.name, $0.type.rawValue, $0.authenticationKinds.joined(separator: ", "), $0.displayName] }
                ).text)
        }
    }

    /// Members one a line, nested ones by their path; what is unknown is left out.
    private static func text(of json: JSON, prefix: String = "") -> String {
        var text = ""
        for member in json.object?.members ?? [] {
            let path = prefix + member.key
            switch member.value {
            case .null: continue
            case .object: text += Self.text(of: member.value, prefix: path + ".")
            case .array(let elements):
                for element in elements { text += "\(path): \(element.string ?? element.text)\n" }
            case .string(let value): text += "\(path): \(value)\n"
            case .bool, .number: text += "\(path): \(member.value.text)\n"
            }
        }
        return text
    }
}

extension Provider {
    /// The entry of that name; where there is none the error says which one is near.
    static func known(_ name: String, orExit status: ExitStatus) throws(CommandError) -> Provider {
        guard let provider = named(name) else {
            let remedy = Nearest.remedy(for: name, among: all.map(\.name), otherwise: "see `reconcile providers`")
            throw CommandError(status, "the catalogue has no provider `\(name)`: \(remedy)")
        }
        return provider
    }
}
