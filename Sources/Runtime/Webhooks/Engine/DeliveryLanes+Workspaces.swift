import Values

extension DeliveryLanes {
    /// Tells whose webhook it is; of one that has work here the old answer stands until it has none.
    mutating func place(_ id: WebhookID, in workspace: String) {
        let name = ExactText(workspace)
        let place = placeByName[name] ?? newPlace()
        placeByName[name] = place
        placeByWebhook[id] = place
        if let lane = lanes[id], lane.workspace != place, lane.isIdle { lanes[id]?.workspace = place }
    }

    private mutating func newPlace() -> Int {
        if let place = freePlaces.popLast() { return place }
        workspaces.append(Workspace())
        return workspaces.count - 1
    }

    /// By place in `workspaces`.
    func workspace(of id: WebhookID) -> Int { lanes[id]?.workspace ?? placeByWebhook[id] ?? 0 }

    /// Forgets lanes of webhooks that are gone and have nothing here, and workspaces that have no webhook left.
    mutating func forget(where isGone: (WebhookID) -> Bool) {
        lanes = lanes.filter { id, lane in
            lane.underWay > 0 || lane.held > 0 || lane.unrecorded > 0 || lane.isInLine || !isGone(id)
        }
        placeByWebhook = placeByWebhook.filter { id, _ in lanes[id] != nil || !isGone(id) }
        let used = Set(placeByWebhook.values).union(lanes.values.map(\.workspace))
        for (name, place) in placeByName where !used.contains(place) && workspaces[place].isIdle {
            placeByName[name] = nil
            // Its turns, if any are left, find nothing to send.
            workspaces[place] = Workspace()
            freePlaces.append(place)
        }
    }
}
