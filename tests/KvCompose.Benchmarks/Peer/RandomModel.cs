using KvCompose.Models.Files;

namespace KvCompose.Benchmarks.Peer;

/// <summary>
/// A model with random weights, of the shape that the comparison is stated for: 16 layers of dimension 1024, 16 heads, 4 key-value
/// heads of 64, feed-forward width 2816, 32000 tokens. What it says means nothing; what it costs is what a trained one costs.
/// </summary>
internal static class RandomModel
{
    public const int Vocabulary = 32_000;
    private const int Hidden = 1024;
    private const int Layers = 16;
    private const int KeyWidth = 256;
    private const int FeedForward = 2816;

    /// <summary>Writes it with matrices of one stored type.</summary>
    public static void Write(string path, StoredType type, int context)
    {
        GgufFileWriter file = new GgufFileWriter()
            .Add("general.architecture", "llama").Add("general.name", "random").Add("general.alignment", 32u)
            .Add("llama.context_length", (uint)context).Add("llama.embedding_length", (uint)Hidden).Add("llama.block_count", (uint)Layers)
            .Add("llama.feed_forward_length", (uint)FeedForward).Add("llama.attention.head_count", 16u)
            .Add("llama.attention.head_count_kv", 4u).Add("llama.attention.layer_norm_rms_epsilon", 1e-5f)
            .Add("llama.rope.dimension_count", 64u).Add("llama.rope.freq_base", 10_000f).Add("llama.vocab_size", (uint)Vocabulary);
        AddVocabulary(file);
        var random = new Random(1);
        AddMatrix(file, "token_embd.weight", Vocabulary, Hidden, type, random);
        AddOnes(file, "output_norm.weight");
        AddMatrix(file, "output.weight", Vocabulary, Hidden, type, random);
        for (int layer = 0; layer < Layers; layer++)
        {
            AddOnes(file, $"blk.{layer}.attn_norm.weight");
            AddMatrix(file, $"blk.{layer}.attn_q.weight", Hidden, Hidden, type, random);
            AddMatrix(file, $"blk.{layer}.attn_k.weight", KeyWidth, Hidden, type, random);
            AddMatrix(file, $"blk.{layer}.attn_v.weight", KeyWidth, Hidden, type, random);
            AddMatrix(file, $"blk.{layer}.attn_output.weight", Hidden, Hidden, type, random);
            AddOnes(file, $"blk.{layer}.ffn_norm.weight");
            AddMatrix(file, $"blk.{layer}.ffn_gate.weight", FeedForward, Hidden, type, random);
            AddMatrix(file, $"blk.{layer}.ffn_up.weight", FeedForward, Hidden, type, random);
            AddMatrix(file, $"blk.{layer}.ffn_down.weight", Hidden, FeedForward, type, random);
        }

        file.Write(path);
    }

    /// <summary>Random bytes of a stored type whose numbers are about as large as trained weights.</summary>
    public static byte[] RandomBytes(StoredType type, long numbers, Random random)
    {
        (int values, int blockBytes) = StoredTypes.Block(type);
        byte[] bytes = new byte[numbers / values * blockBytes];
        random.NextBytes(bytes);
        int[] halves = type switch
        {
            StoredType.F16 or StoredType.BF16 => [0],
            StoredType.Q4_1 or StoredType.Q5_1 or StoredType.Q4_K or StoredType.Q5_K => [0, 2],
            StoredType.Q6_K => [208],
            _ => [0],
        };
        for (int block = 0; block < bytes.Length; block += blockBytes)
        {
            foreach (int place in halves)
            {
                int at = block + place;
                int bits = bytes[at] | (bytes[at + 1] << 8);

                // The exponent is fixed, so that numbers are near 0.02: of 16-bit floats themselves, of others the scale of their codes.
                bits = type switch
                {
                    StoredType.BF16 => (bits & 0x807F) | (121 << 7),
                    StoredType.F16 => (bits & 0x83FF) | (9 << 10),
                    StoredType.Q8_0 => (bits & 0x03FF) | (3 << 10),
                    StoredType.Q4_K or StoredType.Q5_K or StoredType.Q6_K => (bits & 0x03FF) | (1 << 10),
                    _ => (bits & 0x03FF) | (7 << 10),
                };
                (bytes[at], bytes[at + 1]) = ((byte)bits, (byte)(bits >> 8));
            }
        }

        return bytes;
    }

    private static void AddVocabulary(GgufFileWriter file)
    {
        string[] tokens =
        [
            "<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(static i => $"<0x{i:X2}>"),
            .. Enumerable.Range(259, Vocabulary - 259).Select(static i => $"▁{i}"),
        ];
        file.Add("tokenizer.ggml.model", "llama").Add("tokenizer.ggml.tokens", tokens)
            .Add("tokenizer.ggml.scores", [.. Enumerable.Range(0, Vocabulary).Select(static i => -(float)i)])
            .Add("tokenizer.ggml.token_type", [.. Enumerable.Range(0, Vocabulary).Select(static i => i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1)])
            .Add("tokenizer.ggml.bos_token_id", 1u).Add("tokenizer.ggml.eos_token_id", 2u).Add("tokenizer.ggml.unknown_token_id", 0u);
    }

    private static void AddMatrix(GgufFileWriter file, string name, int rows, int columns, StoredType type, Random random)
    {
        (int values, int blockBytes) = StoredTypes.Block(type);
        long numbers = (long)rows * columns;
        file.Tensor(name, [rows, columns], (uint)type, numbers / values * blockBytes, () => RandomBytes(type, numbers, random));
    }

    private static void AddOnes(GgufFileWriter file, string name)
        => file.Tensor(name, [Hidden], (uint)StoredType.F32, Hidden * sizeof(float), static () =>
            [.. Enumerable.Repeat(1f, Hidden).SelectMany(BitConverter.GetBytes)]);
}
