namespace KvCompose.Models.Checkpoints;

/// <summary>The tensors of a model folder: one safetensors file, or the shards that an index names.</summary>
internal sealed class Checkpoint : IDisposable
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, SafetensorsFile> _owners = [];
    private readonly HashSet<string> _used = [];
    private readonly string _source;

    private Checkpoint(string source) => _source = source;

    public static Checkpoint Open(string folder)
    {
        string single = Path.Combine(folder, SingleFile), index = Path.Combine(folder, IndexFile);
        var checkpoint = new Checkpoint(File.Exists(single) || !File.Exists(index) ? single : index);
        try
        {
            if (checkpoint._source == single)
            {
                checkpoint.Add(single);
            }
            else
            {
                checkpoint.AddShards(folder, ShardIndex.Read(index));
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The files that hold weights.</summary>
    public IEnumerable<string> Files => _files.Select(static file => file.Path);

    public bool Contains(string name) => _owners.ContainsKey(name);

    /// <summary>The tensor of that name, which must have that shape.</summary>
    /// <exception cref="CheckpointFormatException">It is missing, or has another shape or a type that holds no weights.</exception>
    public CheckpointTensor Require(string name, params ReadOnlySpan<long> shape)
    {
        if (!_owners.TryGetValue(name, out SafetensorsFile? file))
        {
            throw new CheckpointFormatException(_source, $"tensor '{name}' is missing");
        }

        TensorEntry entry = file.Tensors[name];
        if (!shape.SequenceEqual(entry.Shape))
        {
            throw new CheckpointFormatException(
                file.Path,
                $"tensor '{name}' has shape {entry.ShapeText}, the configuration makes it [{string.Join(", ", shape.ToArray())}]");
        }

        if (entry.Type == ElementType.Other)
        {
            throw new CheckpointFormatException(file.Path, $"tensor '{name}' has type {entry.TypeName}, expected F32, F16 or BF16");
        }

        _used.Add(name);
        return new CheckpointTensor(file, entry);
    }

    /// <summary>Takes note of a tensor that the model can do without.</summary>
    public void Ignore(string name) => _used.Add(name);

    /// <summary>A weight that nobody asked for means another architecture: its results would be wrong.</summary>
    public void RejectUnused()
    {
        string? name = _owners.Keys.Where(name => !_used.Contains(name) && !name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).FirstOrDefault();
        if (name is not null)
        {
            throw new CheckpointFormatException(
                _owners[name].Path, $"tensor '{name}' has no place in the model that the configuration describes");
        }
    }

    public void Dispose()
    {
        foreach (SafetensorsFile file in _files)
        {
            file.Dispose();
        }
    }

    private SafetensorsFile Add(string path)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        _files.Add(file);
        if (path == _source)
        {
            foreach (string name in file.Tensors.Keys)
            {
                _owners.Add(name, file);
            }
        }

        return file;
    }

    private void AddShards(string folder, Dictionary<string, string> shards)
    {
        var opened = new Dictionary<string, SafetensorsFile>();
        foreach ((string tensor, string name) in shards)
        {
            if (!opened.TryGetValue(name, out SafetensorsFile? file))
            {
                opened[name] = file = Add(Path.Combine(folder, name));
            }

            if (!file.Tensors.ContainsKey(tensor))
            {
                throw new CheckpointFormatException(file.Path, $"tensor '{tensor}' is missing, which {IndexFile} places here");
            }

            _owners.Add(tensor, file);
        }
    }
}
