using System.Buffers.Binary;
using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;
using KvCompose.Reference.Presses;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>Reads the small models beside the cases: <c>models/NAME/config.json</c> and <c>model.safetensors</c> (float32).</summary>
internal static class ModelFolder
{
    /// <summary>The model of this name in the nearest <c>models</c> folder at or above a folder.</summary>
    /// <exception cref="VectorFormatException">There is none.</exception>
    public static PressModel Find(string name, string folder)
    {
        for (DirectoryInfo? place = new(folder); place is not null; place = place.Parent)
        {
            string path = Path.Combine(place.FullName, "models", name);
            if (File.Exists(Path.Combine(path, "config.json")))
            {
                return Read(path);
            }
        }

        throw new VectorFormatException($"no folder models/{name} at or above the case");
    }

    private static PressModel Read(string path)
    {
        JsonElement config = PythonJson.Parse(File.ReadAllBytes(Path.Combine(path, "config.json")));
        int heads = config.Int("num_attention_heads"), d = config.Int("head_dim", config.Int("hidden_size") / heads);
        return new PressModel(
            config.Int("num_hidden_layers"),
            new HeadLayout(heads, config.Int("num_key_value_heads", heads), d),
            config.Number("rms_norm_eps"),
            new Rotary(Frequencies(config, d)),
            Weights(Path.Combine(path, "model.safetensors")));
    }

    private static double[] Frequencies(JsonElement config, int d)
    {
        JsonElement? scaling = config.Optional("rope_scaling") ?? config.Optional("rope_parameters");
        double theta = config.Optional("rope_theta")?.AsNumber("rope_theta") ?? scaling?.Number("rope_theta", 10000) ?? 10000;
        double[] frequencies = [.. Enumerable.Range(0, d / 2).Select(i => Math.Pow(theta, -2.0 * i / d))];
        string type = scaling?.OptionalText("rope_type") ?? scaling?.OptionalText("type") ?? "default";
        return type switch
        {
            "default" => frequencies,
            "linear" => [.. frequencies.Select(f => f / scaling!.Value.Number("factor"))],
            "llama3" => [.. frequencies.Select(f => Llama3(f, scaling!.Value))],
            _ => throw new VectorFormatException($"there is no rotary scaling '{type}'"),
        };
    }

    private static double Llama3(double frequency, JsonElement scaling)
    {
        double factor = scaling.Number("factor"), low = scaling.Number("low_freq_factor"), high = scaling.Number("high_freq_factor");
        double turns = scaling.Number("original_max_position_embeddings") * frequency / (2 * Math.PI);
        double smooth = Math.Clamp((turns - low) / (high - low), 0, 1);
        return (1 - smooth) * frequency / factor + smooth * frequency;
    }

    private static Dictionary<string, double[][]> Weights(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int header = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file)), start = 8 + header;
        var weights = new Dictionary<string, double[][]>();
        foreach (JsonProperty tensor in PythonJson.Parse(file[8..start]).EnumerateObject())
        {
            if (tensor.Name == "__metadata__")
            {
                continue;
            }

            if (tensor.Value.Text("dtype") != "F32")
            {
                throw new VectorFormatException($"the weight '{tensor.Name}' is {tensor.Value.Text("dtype")}, not F32");
            }

            int[] shape = tensor.Value.Ints("shape"), span = tensor.Value.Ints("data_offsets");
            int columns = shape[^1];
            weights[tensor.Name] = [.. Enumerable.Range(0, (span[1] - span[0]) / 4 / columns).Select(row => Enumerable.Range(0, columns)
                .Select(i => Element(start + span[0] + (row * columns + i) * 4)).ToArray())];
        }

        return weights;

        double Element(int offset) => BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(offset));
    }
}
