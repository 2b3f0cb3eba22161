using System.Globalization;
using System.Text.Json;

namespace KvCompose;

/// <summary>
/// How much every head of a model matters, as a session is opened with it: the table of a <see cref="ProfileKind.HeadScores"/> file.
/// Immutable. A pipeline that names such a file when it is compiled has its scores; an option replaces them, for another model.
/// </summary>
public sealed class HeadScores
{
    private const int MostLayers = 1024;
    private const int MostHeads = 4096;

    private readonly double[] _values;

    /// <summary>Makes a table.</summary>
    /// <param name="headsPerLayer">Heads of a layer: the model's query heads or its key-value heads.</param>
    /// <param name="values">[layers, <paramref name="headsPerLayer"/>], layer by layer; not negative.</param>
    /// <exception cref="HeadProfileException">There is no whole layer, a score is negative or not a number, or all of them are 0.</exception>
    public HeadScores(int headsPerLayer, ReadOnlySpan<double> values)
        : this(null, headsPerLayer, values.ToArray())
    {
    }

    private HeadScores(string? file, int headsPerLayer, double[] values)
    {
        if (headsPerLayer < 1 || values.Length == 0 || values.Length % headsPerLayer != 0)
        {
            throw new HeadProfileException(
                file, "the table", string.Create(CultureInfo.InvariantCulture, $"{values.Length} scores of layers of {headsPerLayer} heads"), "expected whole layers");
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] >= 0) || double.IsInfinity(values[i]))
            {
                throw new HeadProfileException(
                    file, NameOf(i / headsPerLayer, i % headsPerLayer), values[i].ToString("G", CultureInfo.InvariantCulture), "a score is a finite number from 0");
            }
        }

        if (!Array.Exists(values, static score => score > 0))
        {
            throw new HeadProfileException(file, "the table", "all zero", "some head matters");
        }

        (HeadsPerLayer, _values) = (headsPerLayer, values);
    }

    /// <summary>[<see cref="Layers"/>, <see cref="HeadsPerLayer"/>], layer by layer.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Layers of the model.</summary>
    public int Layers => _values.Length / HeadsPerLayer;

    /// <summary>Heads of a layer that are scored: the model's query heads or its key-value heads.</summary>
    public int HeadsPerLayer { get; }

    /// <summary>Reads a file with a score, or a list of scores of which the mean counts, under every "layer-head".</summary>
    /// <exception cref="HeadProfileException">The file is no such table; names file, field and value.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static HeadScores Load(string path) => Parse(File.ReadAllText(path), Path.GetFileName(path));

    /// <summary>Reads the text of such a file.</summary>
    /// <param name="json">The text.</param>
    /// <param name="file">Name of the file, for messages.</param>
    /// <exception cref="HeadProfileException">The text is no such table.</exception>
    public static HeadScores Parse(string json, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Read(new ProfileNode(file, "the text", document.RootElement), file);
        }
        catch (JsonException broken)
        {
            throw new HeadProfileException(file, "the text", "not JSON", broken.Message, broken);
        }
    }

    private static HeadScores Read(ProfileNode root, string file)
    {
        var scores = new Dictionary<(int Layer, int Head), double>();
        foreach ((string name, ProfileNode value) in root.NamedMembers())
        {
            scores[HeadOf(name, file)] = value.Mean();
        }

        if (scores.Count == 0)
        {
            throw new HeadProfileException(file, "the text", "empty", "a table has heads");
        }

        int layers = scores.Keys.Max(static head => head.Layer) + 1, heads = scores.Keys.Max(static head => head.Head) + 1;
        if ((long)layers * heads != scores.Count)
        {
            (int Layer, int Head) missing = Enumerable.Range(0, layers * heads).Select(i => (i / heads, i % heads)).First(head => !scores.ContainsKey(head));
            throw new HeadProfileException(file, NameOf(missing.Layer, missing.Head), "missing", "every layer has the same heads");
        }

        return new HeadScores(file, heads, [.. from layer in Enumerable.Range(0, layers) from head in Enumerable.Range(0, heads) select scores[(layer, head)]]);
    }

    private static (int Layer, int Head) HeadOf(string name, string file)
        => name.Split('-') is [string first, string second]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int layer) && layer < MostLayers
            && int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out int head) && head < MostHeads
            ? (layer, head)
            : throw new HeadProfileException(file, name, "the name of a head", "heads are named by layer and head, such as \"0-3\"");

    private static string NameOf(int layer, int head) => string.Create(CultureInfo.InvariantCulture, $"{layer}-{head}");
}
