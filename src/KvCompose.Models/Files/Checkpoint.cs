using KvCompose.Models.Files.Gguf;
using KvCompose.Models.Files.Safetensors;

namespace KvCompose.Models.Files;

/// <summary>All tensors of a model: of one safetensors file, of the shards that an index names, or of a GGUF model.</summary>
internal sealed class Checkpoint : IDisposable
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";
    private static readonly string[] OtherFormats = ["pytorch_model.bin", "pytorch_model.bin.index.json", "model.pth", "consolidated.00.pth"];

    private readonly Dictionary<string, StoredTensor> _tensors = [];
    private readonly HashSet<string> _used = [];
    private readonly List<MappedFile> _files = [];
    private readonly List<IDisposable> _owned = [];
    private readonly string _source;

    private Checkpoint(string source) => _source = source;

    /// <summary>The files that hold weights.</summary>
    public IReadOnlyList<MappedFile> Files => _files;

    /// <summary>Bytes of all of them.</summary>
    public long Bytes => _files.Sum(static file => file.Length);

    public IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    /// <summary>Opens the weights of a model folder.</summary>
    public static Checkpoint Open(string folder)
    {
        string single = Path.Combine(folder, SingleFile), index = Path.Combine(folder, IndexFile);
        var checkpoint = new Checkpoint(File.Exists(single) || !File.Exists(index) ? single : index);
        try
        {
            if (checkpoint._source == index)
            {
                checkpoint.AddShards(folder, ShardIndex.Read(index));
            }
            else
            {
                RejectOtherFormats(folder, single);
                checkpoint.AddAll(checkpoint.Add(single));
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The tensors of a GGUF model, which this object closes.</summary>
    public static Checkpoint Of(GgufModel model)
    {
        var checkpoint = new Checkpoint(model.Metadata.File);
        checkpoint._owned.Add(model);
        checkpoint._files.AddRange(model.Files.Select(static file => file.File));
        foreach ((string name, StoredTensor tensor) in model.Tensors)
        {
            checkpoint._tensors.Add(name, tensor);
        }

        return checkpoint;
    }

    /// <summary>Names of the tensors that nobody has asked for.</summary>
    public IEnumerable<string> Unread => _tensors.Keys.Where(name => !_used.Contains(name));

    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>The tensor of that name, which must have that shape.</summary>
    /// <exception cref="CheckpointFormatException">It is missing, or has another shape or a type that holds no weights.</exception>
    public StoredTensor Require(string name, params ReadOnlySpan<long> shape)
    {
        if (!_tensors.TryGetValue(name, out StoredTensor? tensor))
        {
            throw Missing(name);
        }

        // ggml writes extents of 1 after its last, which stand before the first here.
        ReadOnlySpan<long> own = tensor.Shape;
        while (own.Length > shape.Length && own[0] == 1)
        {
            own = own[1..];
        }

        if (!shape.SequenceEqual(own))
        {
            throw new CheckpointFormatException(
                tensor.File.Path,
                $"tensor '{name}' has shape {tensor.ShapeText}, the configuration makes it [{string.Join(", ", shape.ToArray())}]");
        }

        if (!StoredTypes.HoldsWeights(tensor.Type))
        {
            throw new CheckpointFormatException(
                tensor.File.Path, $"tensor '{name}' has type {tensor.TypeName}, from which weights are not read");
        }

        _used.Add(name);
        return tensor;
    }

    /// <summary>The tensor of that name, which must hold so many numbers; extents of 1 do not matter.</summary>
    /// <exception cref="CheckpointFormatException">It is missing, or has another shape or a type that holds no weights.</exception>
    public StoredTensor RequireCount(string name, int count)
        => _tensors.TryGetValue(name, out StoredTensor? tensor) && tensor.Count == count && tensor.Shape.Count(static extent => extent > 1) <= 1
            ? Require(name, tensor.Shape)
            : Require(name, count);

    /// <summary>The filters of a depthwise convolution, [channels, taps] or [channels, 1, taps].</summary>
    /// <exception cref="CheckpointFormatException">It is missing, or has another shape or a type that holds no weights.</exception>
    public StoredTensor RequireFilter(string name, int channels, int taps)
        => _tensors.TryGetValue(name, out StoredTensor? tensor) && tensor.Shape.Length == 3
            ? Require(name, channels, 1, taps)
            : Require(name, channels, taps);

    /// <summary>The tensor of that name, which must have that shape and hold bytes.</summary>
    /// <exception cref="CheckpointFormatException">It is missing, or has another shape or type.</exception>
    public StoredTensor RequireBytes(string name, params ReadOnlySpan<long> shape)
    {
        if (!_tensors.TryGetValue(name, out StoredTensor? tensor))
        {
            throw Missing(name);
        }

        if (!shape.SequenceEqual(tensor.Shape) || tensor.TypeName != "U8")
        {
            throw Wrong(name, $"has shape {tensor.ShapeText} and type {tensor.TypeName}, the configuration makes it [{string.Join(", ", shape.ToArray())}] of U8");
        }

        _used.Add(name);
        return tensor;
    }

    /// <summary>The error for a tensor that is there.</summary>
    public CheckpointFormatException Wrong(string name, string problem) => new(_tensors[name].File.Path, $"tensor '{name}' {problem}");

    public CheckpointFormatException Missing(string name, string cure = "")
        => new(_source, $"tensor '{name}' is missing{cure}");

    /// <summary>A tensor that belongs to a layer and that the description has no place for means another network: its results would be wrong.</summary>
    public void RejectUnused(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (!_used.Contains(name) && _tensors.TryGetValue(name, out StoredTensor? tensor))
            {
                throw new CheckpointFormatException(
                    tensor.File.Path, $"tensor '{name}' has no place in the model that the configuration describes");
            }
        }
    }

    public void Dispose()
    {
        foreach (IDisposable file in _owned)
        {
            file.Dispose();
        }
    }

    private static void RejectOtherFormats(string folder, string single)
    {
        if (File.Exists(single))
        {
            return;
        }

        string? other = OtherFormats.FirstOrDefault(name => File.Exists(Path.Combine(folder, name)));
        if (other is not null)
        {
            throw new CheckpointFormatException(
                single, $"is missing, the folder has '{other}': PyTorch files are not read. Convert it to safetensors or GGUF");
        }

        if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.gguf").Order(StringComparer.Ordinal).FirstOrDefault() is { } gguf)
        {
            throw new CheckpointFormatException(single, $"is missing, the folder has '{Path.GetFileName(gguf)}': load that file");
        }
    }

    private SafetensorsFile Add(string path)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        _owned.Add(file);
        _files.Add(file.File);
        return file;
    }

    private void AddAll(SafetensorsFile file)
    {
        foreach ((string name, StoredTensor tensor) in file.Tensors)
        {
            _tensors.Add(name, tensor);
        }
    }

    private void AddShards(string folder, Dictionary<string, string> shards)
    {
        var opened = new Dictionary<string, SafetensorsFile>();
        foreach ((string name, string shard) in shards)
        {
            if (!opened.TryGetValue(shard, out SafetensorsFile? file))
            {
                opened[shard] = file = Add(Path.Combine(folder, shard));
            }

            if (!file.Tensors.TryGetValue(name, out StoredTensor? tensor))
            {
                throw new CheckpointFormatException(file.File.Path, $"tensor '{name}' is missing, which {IndexFile} places here");
            }

            _tensors.Add(name, tensor);
        }
    }
}
