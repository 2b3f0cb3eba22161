using System.Text.Json;
using KvCompose.Models.Json;
using KvCompose.Models.Networks.Families;

namespace KvCompose.Models.Networks;

/// <summary>What config.json says: the network, and where texts begin and end.</summary>
internal sealed record ModelConfiguration(NetworkDescription Network, int? BeginToken, IReadOnlyList<int> EndTokens)
{
    /// <summary>Names of the family's tensors that are not the most usual ones.</summary>
    public NameOverrides? Names { get; init; }
}

/// <summary>Reads config.json as Hugging Face writes it, in newer and older spellings.</summary>
internal static class ConfigurationReader
{
    private const int MaxFileBytes = 1 << 20;

    public static ModelConfiguration Read(string file) => Parse(Bytes(file), file);

    public static ModelConfiguration Parse(ReadOnlyMemory<byte> json, string file) => Parse(json, file, Build);

    /// <summary>The end tokens of generation_config.json, which is optional.</summary>
    public static IReadOnlyList<int> GenerationEndTokens(string file)
        => File.Exists(file) ? Parse(Bytes(file), file, static fields => fields.IntegerOrList("eos_token_id", 0, int.MaxValue)) : [];

    private static T Parse<T>(ReadOnlyMemory<byte> json, string file, Func<JsonFields, T> read)
    {
        if (json.Span.StartsWith("\uFEFF"u8))
        {
            throw new ModelConfigurationException(file, "begins with a byte order mark, which JSON does not have: save it as UTF-8 without one");
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(new JsonFields(document.RootElement, problem => new ModelConfigurationException(file, problem)))
                : throw new ModelConfigurationException(file, $"is a JSON {document.RootElement.ValueKind}, expected an object");
        }
        catch (JsonException exception)
        {
            throw new ModelConfigurationException(file, $"is not JSON: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new ModelConfigurationException(file, "holds a string that is not valid Unicode", exception);
        }
    }

    private static byte[] Bytes(string file)
    {
        try
        {
            long length = new FileInfo(file).Length;
            return length <= MaxFileBytes
                ? File.ReadAllBytes(file)
                : throw new ModelConfigurationException(file, $"{length} bytes long, expected at most {MaxFileBytes}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelConfigurationException(file, $"cannot be read: {exception.Message}", exception);
        }
    }

    private static ModelConfiguration Build(JsonFields root)
    {
        // Models that see images as well keep the language model's fields in an object of their own.
        JsonFields fields = root.Has("text_config") ? root.Object("text_config") : root;
        string modelType = fields.Text("model_type") ?? root.Text("model_type") ?? "llama";
        if (FamilyTable.OfModelType(modelType) is not { } family)
        {
            throw fields.Wrong("model_type", $"\"{modelType}\"", "one of " + string.Join(", ", FamilyTable.ModelTypes));
        }

        NetworkDescription network = family.Describe(new ConfigSource(fields, family, root));
        int[] begin = Tokens(root, fields, "bos_token_id");
        return new ModelConfiguration(network, begin.Length > 0 ? begin[0] : null, Tokens(root, fields, "eos_token_id"))
        {
            Names = family.FolderNames,
        };
    }

    private static int[] Tokens(JsonFields root, JsonFields fields, string name)
        => (root.Has(name) ? root : fields).IntegerOrList(name, 0, int.MaxValue);
}
