using System.Collections.Immutable;
using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Json;
using KvCompose.Shared.Parsing;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Profiles;

/// <summary>Brings the model's shape into a spec that names its configuration, and compares the two.</summary>
internal static class ModelBinder
{
    private const int MostLayers = 1024;
    private const int MostHeads = 4096;

    private static readonly string[] FixedStateFields = ["linear_num_value_heads", "mamba_d_state", "conv_L_cache"];
    private static readonly string[] FixedStateTypes = ["linear_attention", "mamba", "conv"];

    /// <summary>The spec with its model, or null when the file is not there, not valid, or of another shape, which the sink is told.</summary>
    public static PipelineSpec? Bind(
        PipelineSpec spec, ImmutableArray<AdditionalText> files, StageSites sites, IDiagnosticSink sink, CancellationToken cancellation)
    {
        if (spec.ModelFile.Length == 0)
        {
            return spec;
        }

        DiagnosticSite site = sites.OfPipeline(WellKnownNames.Model);
        if (NamedFiles.Find(files, spec.ModelFile, out string problem) is not { } file)
        {
            sink.Report(new Finding(RuleIds.ModelUnusable, site, spec.ModelFile, spec.Name, "it is " + problem));
            return null;
        }

        try
        {
            return Shaped(spec, Read(spec.ModelFile, JsonReader.Read(file.GetText(cancellation)?.ToString() ?? "")), sites, sink);
        }
        catch (JsonFormatException broken)
        {
            sink.Report(new Finding(RuleIds.ModelUnusable, site, spec.ModelFile, spec.Name, broken.Message));
            return null;
        }
    }

    /// <summary>The fields of a Llama-family configuration; key-value heads and head dimension default as there.</summary>
    private static ModelSpec Read(string file, JsonNode root)
    {
        int layers = root.Member("num_hidden_layers").Integer(1, MostLayers), queryHeads = root.Member("num_attention_heads").Integer(1, MostHeads);
        int hidden = root.Member("hidden_size").Integer(1, int.MaxValue);
        JsonNode? shared = Find(root, "num_key_value_heads"), width = Find(root, "head_dim");
        int context = root.Member("max_position_embeddings").Integer(1, int.MaxValue);
        RefuseSliding(root, context);
        int keyValueHeads = shared?.Integer(1, queryHeads) ?? queryHeads;
        return queryHeads % keyValueHeads == 0
            ? new ModelSpec(
                file, layers, queryHeads, keyValueHeads, width?.Integer(1, 65_536) ?? (hidden / queryHeads), context)
            { NeedsEveryToken = NeedsEveryToken(root) }
            : throw shared!.Complaint($"{CSharpLiteral.Of(queryHeads)} query heads do not share {CSharpLiteral.Of(keyValueHeads)} key-value heads evenly");
    }

    /// <summary>Layers that see a window of the text alone are none that a model here computes, whatever the stages are.</summary>
    private static void RefuseSliding(JsonNode root, int context)
    {
        bool slides = Find(root, "use_sliding_window") is { } flag ? flag.Text == "true" : Find(root, "model_type")?.Text == "mistral";
        if (slides && Find(root, "sliding_window") is { } window && window.Integer(1, int.MaxValue) < context)
        {
            throw window.Complaint($"attention slides over {window.Text} tokens, but must see the context of {CSharpLiteral.Of(context)}");
        }
    }

    /// <summary>Fields that only models have in which layers hold a fixed state, or read another layer's cache.</summary>
    private static string NeedsEveryToken(JsonNode root)
    {
        bool states = FixedStateFields.Any(name => Find(root, name) is not null)
            || (Find(root, "layer_types") is { Kind: JsonKind.List } types && types.Items.Any(static type => FixedStateTypes.Contains(type.Text)));
        return states ? "hold a fixed state"
            : Find(root, "num_kv_shared_layers") is { } shared && shared.Text is not "0" ? "read the cache of an earlier one" : "";
    }

    private static JsonNode? Find(JsonNode root, string name)
        => root.Members.LastOrDefault(member => member.Key == name).Value is { Kind: not JsonKind.Null } node ? node : null;

    private static PipelineSpec? Shaped(PipelineSpec spec, ModelSpec model, StageSites sites, IDiagnosticSink sink)
    {
        int group = model.QueryHeads / model.KeyValueHeads;
        bool fits = Fits("HeadDim", spec.StatesHeadDim, spec.HeadDim, model.HeadDim, model.HeadDim % 16 == 0 && model.HeadDim <= PipelineSpec.MostHeadDim)
            & Fits("GroupSize", spec.StatesGroupSize, spec.GroupSize, group, group <= 16);
        return fits ? spec with { Model = model, HeadDim = model.HeadDim, GroupSize = group } : null;

        bool Fits(string name, bool stated, int declared, int actual, bool possible)
        {
            if (possible && (!stated || declared == actual))
            {
                return true;
            }

            var finding = new Finding(
                RuleIds.ModelShapeDiffers, sites.OfPipeline(name), name, spec.Name,
                stated ? CSharpLiteral.Of(declared) : "not one that a pipeline can have", model.File, CSharpLiteral.Of(actual));
            sink.Report(possible ? finding with { FixData = FixData.Option(name, actual) } : finding);
            return false;
        }
    }
}
