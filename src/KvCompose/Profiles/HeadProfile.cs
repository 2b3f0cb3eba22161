using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace KvCompose;

/// <summary>
/// What calibration found out about the key-value heads of one model: a class and a budget weight for each, and the stars of
/// each layer. Immutable. HeteroCache, spec §1.1.
/// </summary>
public sealed class HeadProfile
{
    /// <summary>Makes a profile.</summary>
    /// <param name="classes">[layer][key-value head].</param>
    /// <param name="weights">[layer][key-value head]: at least 0 for anchors and satellites, −1 for the others.</param>
    /// <param name="stars">[layer], in the order in which they are to be visited.</param>
    /// <exception cref="HeadProfileException">Shapes differ, or a class, a weight or a star breaks a rule.</exception>
    public HeadProfile(
        IEnumerable<IEnumerable<HeadClass>> classes, IEnumerable<IEnumerable<double>> weights, IEnumerable<IEnumerable<PivotGroup>> stars)
    {
        Classes = [.. classes.Select(row => row.ToImmutableArray())];
        Weights = [.. weights.Select(row => row.ToImmutableArray())];
        Stars = [.. stars.Select(row => row.ToImmutableArray())];
        foreach (HeadProfileProblem problem in HeadProfileRules.Structure(
            [.. Classes.Select(row => row.Select(c => (int)c).ToArray())],
            [.. Weights.Select(row => row.ToArray())],
            [.. Stars.Select(row => row.ToArray())]))
        {
            throw new HeadProfileException(null, problem.Field, problem.Value, problem.Rule);
        }
    }

    /// <summary>Class of every head, [layer][key-value head].</summary>
    public ImmutableArray<ImmutableArray<HeadClass>> Classes { get; }

    /// <summary>Budget weight of every head, [layer][key-value head]; −1 for a head that keeps the whole prompt.</summary>
    public ImmutableArray<ImmutableArray<double>> Weights { get; }

    /// <summary>Stars of every layer, in order.</summary>
    public ImmutableArray<ImmutableArray<PivotGroup>> Stars { get; }

    /// <summary>Number of layers, L.</summary>
    public int Layers => Classes.Length;

    /// <summary>Key-value heads of a layer, Hkv.</summary>
    public int KeyValueHeads => Classes[0].Length;

    /// <summary>Key-value heads of the model, H.</summary>
    public int Heads => Layers * KeyValueHeads;

    /// <summary>Heads that keep the whole prompt, F.</summary>
    public int FullHeads => Count(HeadClass.Volatile) + Count(HeadClass.Pivot);

    /// <summary>Heads whose prompt is compressed, T.</summary>
    public int CompressibleHeads => Heads - FullHeads;

    /// <summary>Number of heads of a class in the model.</summary>
    public int Count(HeadClass headClass) => Classes.Sum(row => row.Count(c => c == headClass));

    /// <summary>Checks that this is a profile of the model at hand.</summary>
    /// <exception cref="HeadProfileException">The model has another number of layers or key-value heads.</exception>
    public void RequireModel(TransformerShape model)
    {
        if (model.Layers != Layers || model.KeyValueHeads != KeyValueHeads)
        {
            throw new HeadProfileException(null, HeadProfileFields.Classes, $"{Layers} layers of {KeyValueHeads} key-value heads",
                $"the model has {model.Layers} layers of {model.KeyValueHeads}: this profile is of another model");
        }
    }

    /// <summary>What is said of some of the layers.</summary>
    internal HeadProfile OfLayers(IEnumerable<int> layers)
        => new(
            layers.Select(layer => (IEnumerable<HeadClass>)Classes[layer]), layers.Select(layer => (IEnumerable<double>)Weights[layer]),
            layers.Select(layer => (IEnumerable<PivotGroup>)Stars[layer]));

    /// <summary>Reads a profile file.</summary>
    /// <exception cref="HeadProfileException">The file is no profile; names file, field and value.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static HeadProfile Load(string path) => Parse(File.ReadAllText(path), Path.GetFileName(path));

    /// <summary>Reads the text of a profile file.</summary>
    /// <param name="json">The text.</param>
    /// <param name="file">Name of the file, for messages.</param>
    /// <exception cref="HeadProfileException">The text is no profile, or its weights do not have mean 1.</exception>
    public static HeadProfile Parse(string json, string file) => HeadProfileReader.Read(json, file);

    /// <summary>Writes a profile file.</summary>
    /// <exception cref="IOException">The file cannot be written; what was there before stays.</exception>
    public void Save(string path)
    {
        using AtomicFile file = AtomicFile.Create(path);
        file.Stream.Write(Encoding.UTF8.GetBytes(ToJson()));
        file.Commit();
    }

    /// <summary>Name that the method's tools give a profile file; <c>Load</c> takes any other as well.</summary>
    /// <param name="model">Name of the model; written in lower case.</param>
    /// <param name="topTokens">k, size of an important set.</param>
    /// <param name="stableThreshold">τs.</param>
    /// <param name="similarityThreshold">τm.</param>
    /// <param name="similarityStep">Key tokens of the step at which heads were compared.</param>
    public static string FileName(
        string model, int topTokens, double stableThreshold, double similarityThreshold, int similarityStep)
    {
        string name = model.ToLowerInvariant();
        return string.Create(CultureInfo.InvariantCulture,
            $"Head_Analysis_{name}_topk{topTokens}_th{stableThreshold:0.0###}_sim{similarityThreshold:0.0###}_step{similarityStep}.json");
    }

    /// <summary>The text of the profile file.</summary>
    public string ToJson() => HeadProfileWriter.Write(this);
}
