// says at once that a file is too large: a server that refuses it early may close the line before its page arrives
const field = document.querySelector("input[type=file][data-most-bytes]");
const note = document.createElement("p");
note.className = "error";
note.setAttribute("role", "alert");
note.hidden = true;
field?.after(note);
field?.addEventListener("change", () => {
  const large = [...field.files].some((file) => file.size > Number(field.dataset.mostBytes));
  note.textContent = large ? field.dataset.tooLarge : "";
  note.hidden = !large;
  field.setCustomValidity(note.textContent);
});
