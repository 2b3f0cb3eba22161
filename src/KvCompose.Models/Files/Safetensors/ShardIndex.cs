using System.Text.Json;

namespace KvCompose.Models.Files.Safetensors;

/// <summary>model.safetensors.index.json: which file holds which tensor.</summary>
internal static class ShardIndex
{
    private const int MaxFileBytes = 100_000_000;

    /// <summary>File name by tensor name.</summary>
    public static Dictionary<string, string> Read(string file)
    {
        try
        {
            long length = new FileInfo(file).Length;
            if (length > MaxFileBytes)
            {
                throw new CheckpointFormatException(file, $"{length} bytes long, expected at most {MaxFileBytes}");
            }

            return Parse(File.ReadAllBytes(file), file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointFormatException(file, $"cannot be read: {exception.Message}", exception);
        }
    }

    public static Dictionary<string, string> Parse(ReadOnlyMemory<byte> json, string file)
    {
        var shards = new Dictionary<string, string>();
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("weight_map", out JsonElement map)
                || map.ValueKind != JsonValueKind.Object)
            {
                throw new CheckpointFormatException(file, "'weight_map' is missing or not an object");
            }

            foreach (JsonProperty property in map.EnumerateObject())
            {
                shards[property.Name] = ShardName(property, file);
            }
        }
        catch (JsonException exception)
        {
            throw new CheckpointFormatException(file, $"is not JSON: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new CheckpointFormatException(file, "'weight_map' holds a string that is not valid Unicode", exception);
        }

        return shards;
    }

    /// <summary>Only names of neighbours: an index must not lead out of the model's folder.</summary>
    private static string ShardName(JsonProperty property, string file)
    {
        string? name = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : null;
        return name is { Length: > 0 and < 256 } && name.EndsWith(".safetensors", StringComparison.Ordinal)
            && name.IndexOfAny(['/', '\\', ':', '\0']) < 0
            ? name
            : throw new CheckpointFormatException(file, $"'weight_map.{property.Name}' is not the name of a safetensors file");
    }
}
