using KvCompose.Models.Files.Gguf;
using KvCompose.Models.Networks.Families;

namespace KvCompose.Models.Networks;

/// <summary>Reads the metadata of a GGUF model: the network, and where texts begin and end.</summary>
internal static class GgufConfiguration
{
    private const string Architecture = "general.architecture";

    // A model has one end of text and may have one of a turn and one of a message.
    private static readonly string[] EndKeys = ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"];

    public static ModelConfiguration Read(GgufModel model)
    {
        GgufMetadata metadata = model.Metadata;
        string architecture = metadata.RequiredText(Architecture);
        if (FamilyTable.OfArchitecture(architecture) is not { } family)
        {
            throw metadata.Wrong(Architecture, "one of " + string.Join(", ", FamilyTable.Architectures));
        }

        NetworkDescription network = family.Describe(new GgufSource(model, architecture, family));
        if (metadata.Has("tokenizer.ggml.token_type") && metadata.Count("tokenizer.ggml.token_type") != network.Vocabulary)
        {
            throw metadata.Wrong("tokenizer.ggml.token_type", $"one type for each of {network.Vocabulary} tokens");
        }

        int[] ends = [.. EndKeys.Where(metadata.Has).Select(key => metadata.Integer(key, 0, network.Vocabulary - 1)).Distinct()];
        const string Begin = "tokenizer.ggml.bos_token_id";
        return new ModelConfiguration(network, metadata.Has(Begin) ? metadata.Integer(Begin, 0, network.Vocabulary - 1) : null, ends)
        {
            Names = family.GgufNames,
        };
    }
}
