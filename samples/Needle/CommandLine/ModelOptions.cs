using System.CommandLine;

namespace KvCompose.Samples.Needle;

/// <summary>The options that choose a model.</summary>
internal static class ModelOptions
{
    public static Option<string?> Model() => new("--model")
    {
        Description = "A GGUF file, one part of a split one, or a model's folder. [default: the embedded model]",
        HelpName = "FILE",
    };

    public static Option<string?> Profiles() => new("--profiles")
    {
        Description = $"Folder with {NeedleProfiles.HeadRoles}, {NeedleProfiles.VolatileRoles}, {NeedleProfiles.Retrieval} and {NeedleProfiles.Propagation} of the model, "
            + "which profile, retrieval and calibrate write. [default: the model's folder]",
        HelpName = "FOLDER",
    };
}
