using System.Text.Json;
using Spectre.Console;

namespace KvCompose.Samples.Needle;

/// <summary>What was measured of a model's heads and layers: files in a folder, which the verbs of this sample write. They are read when they are first needed.</summary>
internal sealed class NeedleProfiles
{
    /// <summary>Of the verb <c>profile</c>: the roles of the heads.</summary>
    public const string HeadRoles = "profile.json";

    /// <summary>Of the verb <c>profile</c> with other thresholds: roles with volatile heads among them.</summary>
    public const string VolatileRoles = "volatile.json";

    /// <summary>Of the verb <c>retrieval</c>: how much each head retrieves.</summary>
    public const string Retrieval = "retrieval.json";

    /// <summary>Of the verb <c>calibrate</c>: the propagation layer.</summary>
    public const string Propagation = "propagation.json";

    private readonly string? _folder;
    private readonly string? _model;

    private NeedleProfiles(string? folder, string? model) => (_folder, _model) = (folder, model);

    /// <summary>The embedded model's.</summary>
    public static NeedleProfiles Embedded { get; } = new(EmbeddedModel.Folder, null);

    public HeadProfile Roles => HeadProfile.Load(Required(HeadRoles));

    public HeadProfile RolesWithVolatile => HeadProfile.Load(Required(VolatileRoles));

    public HeadScores Scores => HeadScores.Load(Required(Retrieval));

    /// <summary>The layer behind which tokens are cut.</summary>
    public int Layer
    {
        get
        {
            string file = Required(Propagation);
            try
            {
                using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
                return document.RootElement.GetProperty("layer").GetInt32();
            }
            catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                throw new WrongArgumentException($"'{file}' names no layer as the verb calibrate does: {broken.Message}", broken);
            }
        }
    }

    /// <param name="model">A GGUF file or a folder; null for the embedded model.</param>
    /// <param name="folder">The folder with the files; null for the model's own, which a GGUF file does not have.</param>
    public static NeedleProfiles Of(string? model, string? folder) => folder is not null
        ? new NeedleProfiles(folder, model)
        : model is null ? Embedded : new NeedleProfiles(Directory.Exists(model) ? model : null, model);

    /// <summary>Whether a file is there.</summary>
    public bool Has(string name) => _folder is not null && File.Exists(Path.Combine(_folder, name));

    /// <summary>How a missing file comes to be.</summary>
    public string HowToMeasure(string name)
    {
        string verb = name switch
        {
            Retrieval => "retrieval",
            Propagation => "calibrate",
            _ => "profile",
        };
        string place = Path.Combine(_folder ?? "FOLDER", name), model = _model is null ? "" : $" --model {_model}";
        return $"`samples/Needle -- {verb} {place}{model}` measures it{(_folder is null ? ", --profiles FOLDER names it" : "")}";
    }

    /// <summary>The pipelines that run without being named: those whose file is missing are left out, and it is said so.</summary>
    public IReadOnlyList<NeedlePipeline> Choose(IReadOnlyList<NeedlePipeline> pipelines, IAnsiConsole console)
    {
        NeedlePipeline[] missing = [.. pipelines.Where(pipeline => pipeline.Needs is { } file && !Has(file))];
        foreach (IGrouping<string, NeedlePipeline> file in missing.GroupBy(pipeline => pipeline.Needs!))
        {
            console.WriteLine($"There is no {file.Key}: left out {string.Join(", ", file.Select(pipeline => pipeline.Name))}. {HowToMeasure(file.Key)}.");
        }

        return [.. pipelines.Except(missing)];
    }

    private string Required(string name)
        => Has(name) ? Path.Combine(_folder!, name) : throw new WrongArgumentException($"there is no {name} of this model: {HowToMeasure(name)}");
}
