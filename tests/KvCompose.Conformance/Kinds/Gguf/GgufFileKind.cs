using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models;
using KvCompose.Models.Files.Gguf;

namespace KvCompose.Conformance.Kinds.Gguf;

/// <summary>One valid GGUF file: all metadata and the bytes of all tensors.</summary>
public sealed class GgufFileKind : FolderKind
{
    /// <inheritdoc/>
    public override string Name => "gguf.file";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        GgufFile file;
        try
        {
            file = GgufFile.Open(Path.Combine(folder, @case.Text("file")));
        }
        catch (CheckpointFormatException) when (@case.OptionalText("accept") == "either")
        {
            return;
        }

        using (file)
        {
            Expect.Equal(@case.Int("version"), (int)file.Parts.Version, "version");
            Expect.Equal(@case.Int("alignment"), (int)file.Parts.Alignment, "alignment");
            ContainerCheck.Metadata(@case.List("metadata"), file.Metadata, []);
            JsonElement[] tensors = @case.List("tensors");
            Expect.Equal(tensors.Length, file.Tensors.Count, "tensors");
            for (int i = 0; i < tensors.Length; i++)
            {
                ContainerCheck.Tensor(tensors[i], file.Tensors[i], @case.Int("data_offset"));
            }
        }
    }
}
