using System.Text.Json.Nodes;

namespace HybridTls.Tool.Inspection;

/// <summary>A fact of a message: a name with a value, with parts, or both; a node of the tree and a member of the JSON.</summary>
internal sealed class Detail(string name, string? value = null)
{
    /// <summary>What it is.</summary>
    public string Name { get; } = name;

    /// <summary>Its value; null where the parts say it all.</summary>
    public string? Value { get; } = value;

    /// <summary>Its parts.</summary>
    public List<Detail> Parts { get; } = [];

    /// <summary>Whether the parts are alike, so that JSON has an array of them.</summary>
    public bool IsList { get; init; }

    /// <summary>Whether it is for JSON only: too long for a tree.</summary>
    public bool IsHidden { get; private init; }

    /// <summary>Adds a part and returns it.</summary>
    public Detail Add(string partName, string? partValue = null)
    {
        Detail part = new(partName, partValue);
        Parts.Add(part);
        return part;
    }

    /// <summary>Adds a part that only JSON shows.</summary>
    public void AddHidden(string partName, string partValue) => Parts.Add(new Detail(partName, partValue) { IsHidden = true });

    /// <summary>Adds a list and returns it.</summary>
    public Detail AddList(string listName, string? summary = null)
    {
        Detail list = new(listName, summary) { IsList = true };
        Parts.Add(list);
        return list;
    }

    /// <summary>The value as JSON.</summary>
    public JsonNode? ToJson()
    {
        if (IsList)
            return new JsonArray([.. Parts.Select(static part => part.ToNamedJson())]);
        if (Parts.Count == 0)
            return JsonValue.Create(Value);
        JsonObject members = [];
        if (Value is not null)
            members["value"] = Value;
        foreach (Detail part in Parts)
            members[part.Name] = part.ToJson();
        return members;
    }

    /// <summary>As an object that carries its own name: an element of a list.</summary>
    public JsonObject ToNamedJson()
    {
        JsonObject members = new() { ["name"] = Name };
        if (Value is not null)
            members["value"] = Value;
        foreach (Detail part in Parts)
            members[part.Name] = part.ToJson();
        return members;
    }
}
