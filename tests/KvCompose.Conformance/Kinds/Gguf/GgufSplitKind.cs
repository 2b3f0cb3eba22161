using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models.Files;
using KvCompose.Models.Files.Gguf;

namespace KvCompose.Conformance.Kinds.Gguf;

/// <summary>A model in several files, opened by each of them.</summary>
public sealed class GgufSplitKind : FolderKind
{
    private static readonly string[] OwnKeys = ["split.no", "split.count", "split.tensors.count"];

    /// <inheritdoc/>
    public override string Name => "gguf.split";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        foreach (JsonElement given in @case.List("files"))
        {
            using GgufModel model = GgufModel.Open(Path.Combine(folder, given.GetString()!));
            JsonElement[] expected = [.. @case.List("metadata").Where(entry => !OwnKeys.Contains(entry.Text("key")))];
            ContainerCheck.Metadata(expected, model.Metadata, OwnKeys);
            JsonElement[] tensors = @case.List("tensors");
            Expect.Equal(tensors.Length, model.Tensors.Count, "tensors");
            foreach (JsonElement tensor in tensors)
            {
                StoredTensor found = model.Tensors[tensor.Text("name")];
                Expect.Equal(tensor.Text("file"), Path.GetFileName(found.File.Path), $"file of '{found.Name}'");
                ContainerCheck.Tensor(tensor, found, tensor.Int("data_offset"));
            }
        }
    }
}
