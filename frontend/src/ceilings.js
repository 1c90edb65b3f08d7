// Ceilings: one button puts what is asked for into the fields that are empty.  Nothing is sent by it.

const button = document.querySelector("[data-fill]");
const told = document.getElementById("filled");

/** Fill the empty fields; gives how many there were. */
function fill() {
  const empty = [...document.querySelectorAll("input[data-asked]")].filter((input) => !input.value.trim());
  for (const input of empty) input.value = input.dataset.asked;
  return empty.length;
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const count = fill();
    told.textContent = count ? button.dataset.filled.replace("{count}", count) : button.dataset.full;
  });
}
