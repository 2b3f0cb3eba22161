using System.Runtime.InteropServices;
using System.Text.Json;

namespace KvCompose.Models.Tests.Support;

/// <summary>One case of Data/logits.json, which Data/make_expected.py writes.</summary>
internal sealed class ExpectedCase
{
    private readonly JsonElement _case;

    private ExpectedCase(JsonElement element) => _case = element;

    public string Name => _case.GetProperty("name").GetString()!;

    public int[] Tokens => Integers("tokens");

    public int[] Rows => Integers("rows");

    public float[] Logits
        => MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(_case.GetProperty("logits").GetString()!)).ToArray();

    public string Configuration => _case.GetProperty("config").GetRawText();

    public static IReadOnlyList<ExpectedCase> All()
    {
        string file = System.IO.Path.Combine(AppContext.BaseDirectory, "Data", "logits.json");
        using var document = JsonDocument.Parse(System.IO.File.ReadAllText(file));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(item => new ExpectedCase(item.Clone()))];
    }

    public static ExpectedCase Named(string name) => All().Single(item => item.Name == name);

    public IEnumerable<(string Name, int[] Shape, float[] Values)> Tensors()
    {
        foreach (JsonElement tensor in _case.GetProperty("tensors").EnumerateArray())
        {
            int[] shape = [.. tensor.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32())];
            yield return (tensor.GetProperty("name").GetString()!, shape, GeneratedNumbers.Create(
                tensor.GetProperty("seed").GetUInt64(), shape.Aggregate(1L, (product, extent) => product * extent),
                tensor.GetProperty("scale").GetSingle(), tensor.GetProperty("add").GetSingle()));
        }
    }

    /// <summary>Writes the model folder.</summary>
    public void Write(TemporaryFolder folder)
    {
        File.WriteAllText(folder.File("config.json"), Configuration);
        File.WriteAllText(folder.File("tokenizer.json"), WordTokenizer(_case.GetProperty("config").GetProperty("vocab_size").GetInt32()));
        string type = _case.GetProperty("dtype").GetString()!;
        int shards = _case.GetProperty("shards").GetInt32();
        (string Name, int[] Shape, float[] Values)[] tensors = [.. Tensors()];
        if (shards == 1)
        {
            File.WriteAllBytes(folder.File("model.safetensors"), SafetensorsWriter.Write(tensors, type));
            return;
        }

        string ShardName(int index) => $"model-{index % shards + 1:D5}-of-{shards:D5}.safetensors";
        for (int shard = 0; shard < shards; shard++)
        {
            int own = shard;
            File.WriteAllBytes(
                folder.File(ShardName(shard)), SafetensorsWriter.Write(tensors.Where((_, i) => i % shards == own), type));
        }

        string map = string.Join(',', tensors.Select((tensor, i) => $"\"{tensor.Name}\":\"{ShardName(i)}\""));
        File.WriteAllText(folder.File("model.safetensors.index.json"), $"{{\"metadata\":{{}},\"weight_map\":{{{map}}}}}");
    }

    /// <summary>A word-level tokenizer of words w0, w1, ….</summary>
    public static string WordTokenizer(int vocabulary)
    {
        string words = string.Join(',', Enumerable.Range(0, vocabulary).Select(i => $"\"w{i}\":{i}"));
        return """{"pre_tokenizer":{"type":"WhitespaceSplit"},"model":{"type":"WordLevel","unk_token":"w0","vocab":{"""
            + words + "}}}";
    }

    private int[] Integers(string field) => [.. _case.GetProperty(field).EnumerateArray().Select(item => item.GetInt32())];
}
