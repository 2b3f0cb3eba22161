using KvCompose.Models.Files;
using KvCompose.Models.Files.Gguf;
using KvCompose.Models.Networks;

namespace KvCompose.Models;

/// <summary>Finds out what a path leads to.</summary>
internal static class ModelPath
{
    private const string ConfigurationName = "config.json";

    public static LoadedParts Open(string path)
    {
        if (Directory.Exists(path))
        {
            return OpenFolder(path);
        }

        if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            return OpenGguf(path);
        }

        if (!File.Exists(path))
        {
            return OpenHuggingFace(path); // Names the file that is missing.
        }

        string name = Path.GetFileName(path);
        return name == ConfigurationName || name.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".safetensors.index.json", StringComparison.OrdinalIgnoreCase)
            ? OpenHuggingFace(Path.GetDirectoryName(Path.GetFullPath(path))!)
            : OpenGguf(path);
    }

    /// <summary>config.json of a folder, with the weights beside it.</summary>
    public static LoadedParts OpenHuggingFace(string folder, string configurationName = ConfigurationName)
    {
        string file = Path.Combine(folder, configurationName);
        ModelConfiguration configuration = ConfigurationReader.Read(file);
        return OpenHuggingFace(folder, configuration, file);
    }

    public static LoadedParts OpenHuggingFace(string folder, ModelConfiguration configuration, string file)
    {
        IReadOnlyList<int> ends = [.. configuration.EndTokens
            .Concat(ConfigurationReader.GenerationEndTokens(Path.Combine(folder, "generation_config.json"))).Distinct()];
        Checkpoint checkpoint = Checkpoint.Open(folder);
        return new LoadedParts(
            "safetensors", configuration, ends, checkpoint, new TensorNames.HuggingFace(checkpoint, configuration.Names), file,
            Path.Combine(folder, "tokenizer.json"));
    }

    public static LoadedParts OpenGguf(string path)
    {
        GgufModel model = GgufModel.Open(path);
        try
        {
            ModelConfiguration configuration = GgufConfiguration.Read(model);
            return new LoadedParts(
                $"GGUF {model.Files[0].Parts.Version}", configuration, configuration.EndTokens, Checkpoint.Of(model), new TensorNames.Gguf(configuration.Names),
                null, model.Metadata.File)
            { Metadata = model.Metadata };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static LoadedParts OpenFolder(string folder)
    {
        if (File.Exists(Path.Combine(folder, ConfigurationName)))
        {
            return OpenHuggingFace(folder);
        }

        // Parts of a split count once, by their first.
        string[] files = [.. Directory.GetFiles(folder, "*.gguf").Order(StringComparer.Ordinal)];
        string[] models = [.. files.Where(file => !GgufModel.IsLaterPart(file))];
        return models.Length switch
        {
            1 => OpenGguf(models[0]),
            0 when files.Length > 0 => OpenGguf(files[0]),
            0 => OpenHuggingFace(folder),
            _ => throw new ModelConfigurationException(
                Path.Combine(folder, ConfigurationName),
                $"is missing, and the folder has several GGUF files: load one of {string.Join(", ", models.Select(Path.GetFileName))}"),
        };
    }
}
