using System.Text.Json;
using KvCompose.Models.Json;

namespace KvCompose.Models.Configuration;

/// <summary>Reads config.json as Hugging Face writes it for Llama, Mistral, Qwen2 and Qwen3.</summary>
internal static class ConfigurationReader
{
    private const int MaxFileBytes = 1 << 20;
    private const int MaxContext = 1 << 24;
    private const int MaxWidth = 1 << 20;
    private static readonly string[] Families = ["llama", "mistral", "qwen2", "qwen3"];

    public static ModelConfiguration Read(string file)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(file).Length > MaxFileBytes)
            {
                throw new ModelConfigurationException(file, $"{new FileInfo(file).Length} bytes long, expected at most {MaxFileBytes}");
            }

            bytes = File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelConfigurationException(file, $"cannot be read: {exception.Message}", exception);
        }

        return Parse(bytes, file);
    }

    public static ModelConfiguration Parse(ReadOnlyMemory<byte> json, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Build(new JsonFields(document.RootElement, problem => new ModelConfigurationException(file, problem)))
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

    private static ModelConfiguration Build(JsonFields fields)
    {
        string family = fields.Text("model_type") ?? "llama";
        if (!Families.Contains(family))
        {
            throw fields.Unsupported("model_type", "one of " + string.Join(", ", Families));
        }

        int hidden = fields.Integer("hidden_size", 1, MaxWidth);
        int heads = fields.Integer("num_attention_heads", 1, 4096);
        int keyValueHeads = fields.Integer("num_key_value_heads", 1, 4096, heads);
        if (heads % keyValueHeads != 0)
        {
            throw fields.Wrong("num_key_value_heads", $"{keyValueHeads}", $"a divisor of num_attention_heads, {heads}");
        }

        int context = fields.Integer("max_position_embeddings", 1, MaxContext, 2048);
        RejectOtherArchitectures(fields, family, context);
        JsonFields rope = fields.Has("rope_parameters") ? fields.Object("rope_parameters") : fields;
        int[] begin = fields.IntegerOrList("bos_token_id", 0, int.MaxValue);
        return new ModelConfiguration
        {
            Shape = new TransformerShape(
                Layers: fields.Integer("num_hidden_layers", 1, 4096),
                QueryHeads: heads,
                KeyValueHeads: keyValueHeads,
                HeadDim: HeadDim(fields, hidden, heads),
                Hidden: hidden,
                Vocabulary: fields.Integer("vocab_size", 1, 1 << 24),
                Context: context),
            FeedForward = fields.Integer("intermediate_size", 1, MaxWidth),
            NormEpsilon = (float)fields.Number("rms_norm_eps", 0, 1, 1e-6),
            RopeTheta = rope.Number("rope_theta", 0, 1e12, 10_000),
            RopeScaling = RopeScalingReader.Read(fields, context),
            TiedEmbeddings = fields.Flag("tie_word_embeddings", absent: false),
            AttentionBias = fields.Flag("attention_bias", absent: family == "qwen2"),
            BeginToken = begin.Length > 0 ? begin[0] : null,
            EndTokens = fields.IntegerOrList("eos_token_id", 0, int.MaxValue),
        };
    }

    private static int HeadDim(JsonFields fields, int hidden, int heads)
    {
        if (!fields.Has("head_dim") && hidden % heads != 0)
        {
            throw fields.Wrong("hidden_size", $"{hidden}", $"a multiple of num_attention_heads, {heads}, where head_dim is absent");
        }

        int headDim = fields.Integer("head_dim", 1, 1024, hidden / heads);
        return headDim % 16 == 0 && headDim > 0
            ? headDim
            : throw fields.Wrong("head_dim", $"{headDim}", "a multiple of 16");
    }

    private static void RejectOtherArchitectures(JsonFields fields, string family, int context)
    {
        if (fields.Text("hidden_act") is not (null or "silu" or "swish"))
        {
            throw fields.Unsupported("hidden_act", "silu");
        }

        if (fields.Flag("mlp_bias", absent: false))
        {
            throw fields.Unsupported("mlp_bias", "false");
        }

        if (fields.Number("partial_rotary_factor", 0, 1, 1) != 1)
        {
            throw fields.Unsupported("partial_rotary_factor", "1");
        }

        bool slides = fields.Flag("use_sliding_window", absent: family == "mistral");
        if (slides && fields.Integer("sliding_window", 1, int.MaxValue, int.MaxValue) < context)
        {
            throw fields.Unsupported("sliding_window", $"none, or at least max_position_embeddings, {context}");
        }
    }
}
