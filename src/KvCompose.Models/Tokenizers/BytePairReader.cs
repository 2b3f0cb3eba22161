using System.Text.Json;
using KvCompose.Models.Json;

namespace KvCompose.Models.Tokenizers;

/// <summary>Reads a byte-level BPE model.</summary>
internal static class BytePairReader
{
    public static BytePairModel Read(JsonFields root, JsonFields model)
    {
        RejectUnsupported(model);
        Dictionary<string, int> ids = TokenizerReader.ReadVocabulary(model);
        for (int value = 0; value < 256; value++)
        {
            string symbol = ByteAlphabet.Character((byte)value).ToString();
            if (!ids.ContainsKey(symbol))
            {
                throw model.Wrong("vocab", $"without '{symbol}'", $"a token for byte {value}");
            }
        }

        return new BytePairModel(
            ids, ReadMerges(model, ids), SplitterReader.ReadNormalisation(root), SplitterReader.ReadSplitters(root),
            model.Flag("ignore_merges", absent: false));
    }

    private static void RejectUnsupported(JsonFields model)
    {
        foreach (string field in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (model.Text(field) is { Length: > 0 })
            {
                throw model.Unsupported(field, "none");
            }
        }

        if (model.Flag("byte_fallback", absent: false))
        {
            throw model.Unsupported("byte_fallback", "false");
        }

        if (model.Has("dropout") && model.Number("dropout", -1, 1) != 0)
        {
            throw model.Unsupported("dropout", "null");
        }
    }

    private static Dictionary<(int Left, int Right), (int Rank, int Id)> ReadMerges(JsonFields model, Dictionary<string, int> ids)
    {
        var merges = new Dictionary<(int Left, int Right), (int Rank, int Id)>();
        int rank = 0;
        foreach (JsonElement item in model.List("merges"))
        {
            (string Left, string Right) pair = ReadPair(model, item, rank);
            if (!ids.TryGetValue(pair.Left, out int left) || !ids.TryGetValue(pair.Right, out int right)
                || !ids.TryGetValue(pair.Left + pair.Right, out int joined))
            {
                throw model.Wrong($"merges[{rank}]", $"'{pair.Left} {pair.Right}'", "two tokens whose join is a token");
            }

            merges.TryAdd((left, right), (rank, joined));
            rank++;
        }

        return merges;
    }

    private static (string Left, string Right) ReadPair(JsonFields model, JsonElement item, int rank)
    {
        if (item.ValueKind == JsonValueKind.String)
        {
            string[] parts = item.GetString()!.Split(' ');
            if (parts.Length == 2)
            {
                return (parts[0], parts[1]);
            }
        }
        else if (item.ValueKind == JsonValueKind.Array && item.GetArrayLength() == 2
            && item[0].ValueKind == JsonValueKind.String && item[1].ValueKind == JsonValueKind.String)
        {
            return (item[0].GetString()!, item[1].GetString()!);
        }

        throw model.Wrong($"merges[{rank}]", $"a JSON {item.ValueKind}", "two tokens");
    }
}
