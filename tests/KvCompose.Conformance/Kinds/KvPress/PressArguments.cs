using System.Text.Json;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>The arguments of a press in a file. What nobody asked for is an error, so that no argument is ignored.</summary>
internal sealed class PressArguments(string press, JsonElement? arguments)
{
    private readonly HashSet<string> _read = [];

    public int Int(string name, int fallback) => Read(name)?.AsInt(name) ?? fallback;

    public int Int(string name) => Read(name)?.AsInt(name) ?? throw Missing(name);

    public double Number(string name, double fallback) => Read(name)?.AsNumber(name) ?? fallback;

    public double Number(string name) => Read(name)?.AsNumber(name) ?? throw Missing(name);

    public double[] Numbers(string name) => [.. (Read(name) ?? throw Missing(name)).AsList(name).Select(x => x.AsNumber(name))];

    public bool Flag(string name, bool fallback) => Read(name) is { } value ? value.GetBoolean() : fallback;

    public string Text(string name, string fallback) => Read(name) is { } value ? value.GetString() ?? fallback : fallback;

    public JsonElement? Element(string name) => Read(name);

    /// <summary>Fails if the file has an argument that was not read.</summary>
    public void Complete()
    {
        string? left = arguments?.EnumerateObject().Select(field => field.Name).FirstOrDefault(name => !_read.Contains(name));
        if (left is not null)
        {
            throw new VectorFormatException($"the press '{press}' has no argument '{left}'");
        }
    }

    private JsonElement? Read(string name)
    {
        _read.Add(name);
        return arguments?.Optional(name);
    }

    private VectorFormatException Missing(string name) => new($"the press '{press}' lacks the argument '{name}'");
}
