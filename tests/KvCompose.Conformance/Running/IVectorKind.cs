namespace KvCompose.Conformance.Running;

/// <summary>Knows one kind of vector file: recognises it and compares the plain reference with what it expects.</summary>
public interface IVectorKind
{
    /// <summary>Name of the kind, as the vectors call it.</summary>
    string Name { get; }

    /// <summary>Whether the file holds cases of this kind. Looks only at what names the kind, never at one particular file.</summary>
    bool Handles(VectorFile file);

    /// <summary>Runs the file's cases of this kind.</summary>
    VectorResult Run(VectorFile file);
}
