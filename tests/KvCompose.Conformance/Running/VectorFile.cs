using System.Text.Json;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Running;

/// <summary>One parsed vector file. How it names its kind differs by family: see tests/vectors.</summary>
/// <param name="Path">Where it was read from.</param>
/// <param name="Root">Its JSON.</param>
public sealed record VectorFile(string Path, JsonElement Root)
{
    /// <summary>File name without folder and extension: the only name of a kind that some families give.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The top-level <c>kind</c>, if there is one.</summary>
    public string? Kind => Root.OptionalText("kind");

    /// <summary>The top-level <c>family</c>, if there is one.</summary>
    public string? Family => Root.OptionalText("family");

    /// <summary>The elements of <c>cases</c>, or of the root if that is an array; else the root itself is the one case.</summary>
    public IEnumerable<JsonElement> Cases
    {
        get
        {
            if (Root.ValueKind == JsonValueKind.Array)
            {
                return Root.EnumerateArray();
            }

            return Root.Optional("cases") is { ValueKind: JsonValueKind.Array } cases ? cases.EnumerateArray() : [Root];
        }
    }

    /// <summary>Reads and parses a file.</summary>
    /// <exception cref="JsonException">The file is not JSON.</exception>
    public static VectorFile Load(string path) => new(path, PythonJson.Parse(File.ReadAllBytes(path)));
}
